package io.revproc.chart;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import tools.jackson.core.type.TypeReference;

/** A Dockerfile as a list of instructions; comments gone, continued lines joined. */
record Dockerfile(List<Instruction> instructions) {
    /** One instruction: its name in capitals, the rest of its line. */
    record Instruction(String name, String arguments) {
        List<String> words() {
            return List.of(arguments.split("\\s+"));
        }

        /** The exec form: a JSON array. */
        List<String> array() {
            return Yaml.MAPPER.readValue(arguments, new TypeReference<>() {
            });
        }
    }

    static Dockerfile read(Path file) {
        List<Instruction> instructions = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String part : Project.read(file).lines().toList()) {
            if (part.strip().startsWith("#") || (part.isBlank() && line.isEmpty())) {
                continue;
            }
            line.append(part.strip());
            if (part.strip().endsWith("\\")) {
                line.setLength(line.length() - 1);
            } else {
                String[] words = line.toString().split("\\s+", 2);
                instructions.add(new Instruction(words[0], words.length > 1 ? words[1] : ""));
                line.setLength(0);
            }
        }
        return new Dockerfile(instructions);
    }

    List<Instruction> all(String name) {
        return instructions.stream().filter(instruction -> instruction.name().equals(name)).toList();
    }

    Instruction one(String name) {
        List<Instruction> found = all(name);
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " " + name + " instructions, wanted one");
        }
        return found.getFirst();
    }

    /** From the last FROM on: what becomes the image. */
    Dockerfile lastStage() {
        int from = 0;
        for (int i = 0; i < instructions.size(); i++) {
            from = instructions.get(i).name().equals("FROM") ? i : from;
        }
        return new Dockerfile(instructions.subList(from, instructions.size()));
    }
}
