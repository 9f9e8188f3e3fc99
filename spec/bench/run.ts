import { cpus } from 'node:os';
import { build, root } from './harness/build.ts';
import { runPlan } from './harness/rounds.ts';
import { optionsOf } from './options.ts';
import { jsonOf } from './report/json.ts';
import { tableOf } from './report/table.ts';

const { plan, json } = optionsOf(process.argv.slice(2));
process.chdir(root);
build();
const results = await runPlan(plan, text => console.error(`bench: ${text}`));

if (json) console.log(jsonOf(plan, results));
else {
  const { model } = cpus()[0]!;
  console.log(
    `Node ${process.version}, ${cpus().length} x ${model}, ${plan.rounds} rounds of ${plan.ms} ms\n`,
  );
  console.log(`${results.map(tableOf).join('\n\n')}\n`);
  const base = plan.entrants[0]!.name;
  console.log(
    `Ratios are to ${base}, medians of the rounds' ratios: above 1x in CPU is more than ${base} needs.`,
  );
}
