package io.revproc.cli.live;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ScreenTest {
    @Test
    void linesAreDrawnOverOneAnotherAndCutToTheScreen() {
        assertThat(Screen.frame(List.of("one", "a long line", "third"), 6, 2))
                .isEqualTo("\u001b[Hone\u001b[K\r\na long\u001b[K\u001b[J");
        assertThat(Screen.frame(List.of(), 6, 2)).isEqualTo("\u001b[H\u001b[J");
    }

    @Test
    void coloursTakeNoRoom() {
        assertThat(Screen.frame(List.of("\u001b[1mbold\u001b[0m"), 4, 1)).contains("\u001b[1mbold\u001b[0m");
        assertThat(Screen.frame(List.of("\u001b[1mbolder\u001b[0m!"), 4, 1)).contains("\u001b[1mbold").doesNotContain(
                "bolde");
    }

    @Test
    void wideCharactersTakeTwoColumns() {
        assertThat(Screen.frame(List.of("\u6f22\u5b57\u6f22"), 5, 1)).contains("\u6f22\u5b57\u001b[K");
    }
}
