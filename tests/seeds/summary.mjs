// summary.mjs FOLDER PIECE COMMIT: adds up what `run.sh` kept in FOLDER and prints the result.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, piece, commit] = process.argv.slice(2);
const summary = {
  date: new Date().toISOString().slice(0, 10),
  commit,
  command: 'tests/seeds/run.sh FOLDER SEEDS',
  seeds: 0,
  seeds_by_build: {},
  tasks: { offered: 0, done: 0, failed: 0, lost: 0, duplicated: 0 },
  invariants_checked: 0,
  invariants_violated: 0,
  not_passed: [],
  invariants: {},
  cases: {},
};
const pieces = readdirSync(folder).filter((name) => /^\d+\.json$/.test(name));
for (const name of pieces.sort((a, b) => parseInt(a) - parseInt(b))) {
  const suite = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  summary.seeds += Number(piece);
  summary.seeds_by_build[suite.build] = (summary.seeds_by_build[suite.build] ?? 0) + Number(piece);
  for (const made of suite.cases) {
    const title = `${made.pattern} / ${made.case}`;
    const kept = (summary.cases[title] ??= { seeds: 0, not_passed: 0 });
    kept.seeds += Number(piece);
    for (const outcome of Object.keys(summary.tasks)) {
      summary.tasks[outcome] += made.tasks[outcome];
    }
    if (made.verdict !== 'pass') {
      kept.not_passed += 1;
      summary.not_passed.push({ case: title, seeds_from: parseInt(name), reason: made.reason });
    }
    for (const [invariant, counts] of Object.entries(made.invariants)) {
      const sum = (summary.invariants[invariant] ??= { checked: 0, violated: 0 });
      sum.checked += counts.checked;
      sum.violated += counts.violated;
      summary.invariants_checked += counts.checked;
      summary.invariants_violated += counts.violated;
    }
  }
}
writeFileSync(join(folder, 'summary.json'), JSON.stringify(summary, null, 1) + '\n');
console.log(
  `${summary.seeds} seeds over ${Object.keys(summary.cases).length} cases: ` +
    `${summary.invariants_checked} evaluations of invariants, ` +
    `${summary.invariants_violated} violated; ${summary.not_passed.length} pieces did not pass`,
);
for (const one of summary.not_passed) {
  console.log(`  ${one.case}, seeds from ${one.seeds_from}: ${one.reason}`);
}
process.exit(summary.invariants_violated > 0 || summary.not_passed.length > 0 ? 1 : 0);
