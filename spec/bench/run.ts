import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { versionOf } from './contenders/packages.ts';
import { build, buildCpp, install, root } from './harness/build.ts';
import type { CaseResult } from './harness/rounds.ts';
import { type Options, optionsOf } from './options.ts';
import { chartOf } from './report/chart.ts';
import { rewrite } from './report/readme.ts';
import { merge, type Run, settingOf } from './report/run-file.ts';
import { summaryOf } from './report/summary.ts';
import { tableOf } from './report/table.ts';
import { targetTable } from './report/targets.ts';
import { type Plan, Session } from './suites/suite.ts';
import { suites } from './suites/suites.ts';

const RESULTS = 'spec/bench/results';
const named = ['thrift', 'thriftrw', '@grpc/grpc-js', 'protobufjs', '@bufbuild/protobuf', 'avsc', 'msgpackr'];

process.chdir(root);
const options = optionsOf(process.argv.slice(2));
const run =
  options.from.length > 0
    ? merge(options.from.map(file => JSON.parse(readFileSync(file, 'utf8')) as Run))
    : await measure(options);
if (options.json) console.log(JSON.stringify(run, null, 1));
else report(run);
if (isWhole(run.plan)) {
  mkdirSync(RESULTS, { recursive: true });
  writeCharts(run.results);
  if (options.readme) writeTargets(run);
}
if (options.readme) rewrite('README.md', summaryOf(run));

async function measure({ plan, suites: names, command }: Options): Promise<Run> {
  const progress = (text: string): void => console.error(`bench: ${text}`);
  build();
  install(progress);
  const session = new Session(plan, buildCpp(progress), progress);
  const results: CaseResult[] = [];
  for (const name of names) results.push(...(await suites[name](session)));
  const { absences } = session;
  const packages = Object.fromEntries(
    named.flatMap(name => {
      const version = versionOf(name);
      return version === undefined ? [] : [[name, version]];
    }),
  );
  return { ...settingOf(), command, plan, packages, absences, results };
}

function report({ node, cpu, plan, absences, results }: Run): void {
  console.log(`Node ${node}, ${cpu}, ${plan.rounds} rounds of ${plan.ms} ms\n`);
  console.log(`${results.map(tableOf).join('\n\n')}\n`);
  console.log(
    'Ratios are to the first row, medians of the ratios of the rounds: above 1x is more than it needs.',
  );
  for (const { name, reason } of absences) console.log(`Absent: ${name}: ${reason}`);
  if (isWhole(plan)) console.log(`\n### Targets\n\n${targetTable(results)}`);
}

/** Whether all of a suite was measured, of everybody, and long enough to be told. */
function isWhole({ extent, only, cases, builds, aa }: Plan): boolean {
  return extent !== 'short' && !aa && cases === undefined && only.includes('') && builds.length === 0;
}

function writeTargets({ command, date, node, cpu, results }: Run): void {
  const head = `# What was meant to be reached\n\n\`${command}\`, ${date}, Node ${node}, ${cpu}.`;
  writeFileSync(`${RESULTS}/targets.md`, `${head}\n\n${targetTable(results)}\n`);
}

function writeCharts(results: readonly CaseResult[]): void {
  for (const suite of Object.keys(suites)) {
    const own = results.filter(result => result.suite === suite);
    if (own.length > 0) writeFileSync(`${RESULTS}/${suite}.svg`, chartOf(`npm run bench -- ${suite}`, own));
  }
}
