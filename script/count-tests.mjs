// SPDX-License-Identifier: EUPL-1.2
// Counts test cases: "passed failed skipped" of the outputs of `meson test` (its testlog.json) or `node --test` (TAP).
// Usage: node script/count-tests.mjs FILE
import { readFileSync } from "node:fs";

const sum = (text, pattern) => [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);

// One program is many cmocka cases, or one test. A crash or timeout leaves no summary: it counts as one failure.
function ofProgram({ result, stdout = "", stderr = "" }) {
  const text = stdout + stderr;
  const passed = sum(text, /^\[ {2}PASSED {2}\] (\d+) test/gm);
  const failed = sum(text, /^\[ {2}FAILED {2}\] (\d+) test/gm);
  const skipped = sum(text, /^\[ {2}SKIPPED \] (\d+) test/gm);
  if (result === "SKIP") return [0, 0, 1];
  if (result !== "OK") return [passed, Math.max(failed, 1), skipped];
  return passed + skipped > 0 ? [passed, 0, skipped] : [1, 0, 0];
}

function ofTap(text) {
  const count = (word) => sum(text, new RegExp(`^# ${word} (\\d+)`, "gm"));
  return [count("pass"), count("fail") + count("cancelled"), count("skipped")];
}

const text = readFileSync(process.argv[2], "utf8");
const counts = process.argv[2].endsWith(".json")
  ? text.trim().split("\n").filter(Boolean).map((line) => ofProgram(JSON.parse(line)))
  : [ofTap(text)];
console.log(counts.reduce((a, b) => a.map((n, i) => n + b[i]), [0, 0, 0]).join(" "));
