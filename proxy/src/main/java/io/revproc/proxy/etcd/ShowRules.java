package io.revproc.proxy.etcd;

import io.revproc.proxy.route.EndpointState.Mode;

/** Decides how a slot appears in the switch table of this proxy, as pure functions. Part of {@link SlotRules}. */
final class ShowRules {
    private final Self self;

    ShowRules(Self self) {
        this.self = self;
    }

    /** Brings the switch table in line with etcd for an entry that is not this proxy's. */
    SlotStep show(SlotState slot) {
        SharedEntry entry = slot.entry().value();
        boolean leaving = entry != null && entry.token().equals(slot.removal());
        boolean gone = entry == null || leaving && slot.displaced();
        if (entry != null && !leaving && self.reaches(slot.key(), entry)) {
            return SlotStep.show(slot, new Show.Entry(entry, slot.mode(entry.token()),
                    !entry.token().equals(slot.shown()), slot.entry().created(), slot.entry().key()));
        }
        if (gone && slot.restore() == null && slot.word() != null && slot.maintained()
                && self.reaches(slot.key(), slot.word().entry())) {
            return SlotStep.show(slot, new Show.Absent(slot.word().entry()));
        }
        return !slot.orphan() && (slot.restore() == null || entry != null)
                ? SlotStep.show(slot, new Show.Remove())
                : SlotStep.of(slot);
    }

    /** Shows an entry that is not this proxy's; its own stands in the table as it was set up. */
    SlotStep showOthers(SlotState slot) {
        return slot.mine() == null && slot.claim() == null ? show(slot) : SlotStep.of(slot);
    }

    /** Shows an entry that was kept on the disk, as far as it can be reached. */
    SlotStep showUnverified(SlotState slot, SharedEntry entry) {
        return self.reaches(slot.key(), entry)
                ? SlotStep.show(slot, new Show.Unverified(entry, slot.mode(entry.token())))
                : SlotStep.of(slot);
    }

    /** Brings the mode of an entry of this proxy in line with what is wanted of it. */
    SlotStep showMode(SlotState slot, long rank) {
        Mode mode = slot.mode(slot.token());
        boolean differs = mode != slot.tableMode();
        return differs || rank != 0
                ? SlotStep.show(slot, new Show.Own(rank, differs ? mode : null))
                : SlotStep.of(slot);
    }

    /** Takes that what was to be made of the slot was done, or not. */
    SlotStep shown(SlotState slot, Show show, Show.Result result) {
        boolean done = result == Show.Result.SHOWN;
        return switch (show) {
            case Show.Entry(SharedEntry entry, Mode mode, _, _, _) when done ->
                SlotStep.of(slot.withShown(entry.token()).withTableMode(mode));
            case Show.Entry entry when result == Show.Result.DISPLACED ->
                show(slot.withRemoval(entry.entry().token()).withDisplaced(true));
            case Show.Unverified(SharedEntry entry, Mode mode) when done ->
                SlotStep.of(slot.withShown(entry.token()).withTableMode(mode));
            case Show.Absent _ when done -> SlotStep.of(slot.withShown(null).withTableMode(Mode.MAINTENANCE));
            case Show.Own(_, Mode mode) when done && mode != null -> SlotStep.of(slot.withTableMode(mode));
            case Show.Remove _ -> SlotStep.of(slot.withShown(null).withTableMode(Mode.ACTIVE));
            default -> SlotStep.of(slot);
        };
    }
}
