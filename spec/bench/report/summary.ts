import type { CaseResult } from '../harness/rounds.ts';
import { baseOf, ratioOf } from './figures.ts';
import type { Run } from './run-file.ts';
import { markdown, times } from './table.ts';

/** One column of a summary: a peer, in the best of its ways. */
type Peers = Readonly<Record<string, readonly string[]>>;

const callPeers: Peers = {
  'npm thrift': ['npm thrift buffered', 'npm thrift framed'],
  'grpc-js': ['grpc-js'],
  'C++': ['C++ buffered', 'C++ framed'],
  'raw node:net': ['raw node:net echo'],
};
const codecPeers: Peers = {
  'npm thrift': ['npm thrift buffered', 'npm thrift framed'],
  protobufjs: ['protobufjs'],
  'protobuf-es': ['protobuf-es'],
  avsc: ['avsc'],
  msgpackr: ['msgpackr records', 'msgpackr'],
  JSON: ['JSON'],
};

const callTitles: Readonly<Record<string, string>> = {
  'ping:1': '`ping()`, one after the other',
  'login:1': '`login()`, one after the other',
  'login:64': '`login()`, 64 in flight',
  'login:512': '`login()`, 512 in flight',
  'small:64': 'struct of 42 bytes, 64 in flight',
  'medium:64': 'struct of 396 bytes, 64 in flight',
  'ints:16': '1,000 integers, 16 in flight',
  'doubles:16': '1,000 doubles, 16 in flight',
  'blob:1': '1 MB of bytes',
};
const codecTitles: Readonly<Record<string, string>> = {
  'small encode': 'encode 42 bytes',
  'small decode': 'decode 42 bytes',
  'medium encode': 'encode 396 bytes',
  'medium decode': 'decode 396 bytes',
  'medium decode distinct': 'decode 396 bytes, texts never seen before',
  'ints encode': 'encode 1,000 integers',
  'ints decode': 'decode 1,000 integers',
  'doubles encode': 'encode 1,000 doubles',
  'doubles decode': 'decode 1,000 doubles',
};

/** What README.md tells: how many times our CPU time each peer needs. */
export function summaryOf({ node, cpu, date, command, packages, results }: Run): string {
  const calls = summary(results, 'rpc', 'A call', callTitles, callPeers, 'ours buffered');
  const codec = summary(results, 'codec', 'A struct', codecTitles, codecPeers, 'ours owned');
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return [
    'How many times our CPU time each peer needs, client and server together: above 1x is more than ours. A `*` marks',
    'where ours needs more.',
    '',
    calls,
    '',
    'Values alone, into a buffer of their own (`serialize`) and out of one (`deserialize`):',
    '',
    codec,
    '',
    `\`${command}\`, ${date}, Node ${node}, ${cpu}, which others used too. Medians of ratios`,
    "taken round by round; of each peer its better way. C++ is Debian's libthrift, raw node:net bare sockets that carry",
    'the same bytes.',
    `${versions.join(', ')}.`,
  ].join('\n');
}

function summary(
  results: readonly CaseResult[],
  suite: string,
  first: string,
  titles: Readonly<Record<string, string>>,
  peers: Peers,
  base: string,
): string {
  const rows: string[][] = [];
  for (const [name, title] of Object.entries(titles)) {
    const result = results.find(one => one.suite === suite && one.name === name);
    if (result === undefined) continue;
    const cells = Object.values(peers).map(ways => {
      const ratio = best(result, ways, result.rounds[base] === undefined ? baseOf(result) : base);
      if (ratio === undefined) return '-';
      return ratio < 0.995 ? `${times(ratio)}*` : times(ratio);
    });
    rows.push([title, ...cells]);
  }
  return markdown([first, ...Object.keys(peers)], rows);
}

function best(result: CaseResult, ways: readonly string[], base: string): number | undefined {
  const key = result.columns[0]!.key;
  const ratios = ways
    .map(way => ratioOf(result, key, way, base)?.median)
    .filter(ratio => ratio !== undefined);
  return ratios.length === 0 ? undefined : Math.min(...ratios);
}
