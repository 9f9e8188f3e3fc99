import type { CodecOf, Contender, Entrant } from './contender.ts';

/** Who takes part in calls, in the order of the report. All others are measured by the first. */
export const callers: readonly Entrant[] = [
  { name: 'ours buffered', peer: 'ours', transport: 'buffered' },
  { name: 'ours framed', peer: 'ours', transport: 'framed' },
  { name: 'ours header', peer: 'ours', transport: 'header' },
  { name: 'ours framed compact', peer: 'ours', transport: 'framed', protocol: 'compact' },
  { name: 'npm thrift buffered', peer: 'thrift', transport: 'buffered' },
  { name: 'npm thrift framed', peer: 'thrift', transport: 'framed' },
  { name: 'grpc-js', peer: '@grpc/grpc-js' },
  { name: 'C++ buffered', peer: 'C++', transport: 'buffered' },
  { name: 'C++ framed', peer: 'C++', transport: 'framed' },
  { name: 'raw node:net echo', peer: 'raw' },
];

/** Who turns structs into bytes and back. */
export const codecs: readonly Entrant[] = [
  { name: 'ours in place', peer: 'ours', variant: 'in place' },
  { name: 'ours owned', peer: 'ours', variant: 'owned' },
  {
    name: 'ours without codegen',
    peer: 'ours',
    variant: 'in place',
    flags: ['--disallow-code-generation-from-strings'],
  },
  { name: 'ours compact', peer: 'ours', variant: 'in place', protocol: 'compact' },
  { name: 'npm thrift buffered', peer: 'thrift', transport: 'buffered' },
  { name: 'npm thrift framed', peer: 'thrift', transport: 'framed' },
  { name: 'thriftrw', peer: 'thriftrw' },
  { name: 'protobufjs', peer: 'protobufjs' },
  { name: 'protobuf-es', peer: '@bufbuild/protobuf' },
  { name: 'avsc', peer: 'avsc' },
  { name: 'msgpackr records', peer: 'msgpackr', variant: 'records' },
  { name: 'msgpackr', peer: 'msgpackr', variant: 'plain' },
  { name: 'JSON', peer: 'builtin', variant: 'JSON' },
  { name: 'v8.serialize', peer: 'builtin', variant: 'v8' },
];

/** Loads a contender: only what it needs itself, so that no process carries the weight of another. */
export async function contenderOf(entrant: Entrant): Promise<Contender> {
  switch (entrant.peer) {
    case 'ours':
      return (await import('./ours.ts')).ours(entrant);
    case 'thrift':
      return (await import('./npm-thrift.ts')).npmThrift(entrant);
    case '@grpc/grpc-js':
      return (await import('./grpc.ts')).grpc();
    case 'raw':
      return (await import('./raw.ts')).raw;
    default:
      throw new Error(`${entrant.name} makes no calls from Node`);
  }
}

/** The same for codecs. */
export async function codecOf(entrant: Entrant): Promise<CodecOf> {
  switch (entrant.peer) {
    case 'ours':
      return (await import('./ours.ts')).oursCodec(entrant);
    case 'thrift':
      return (await import('./npm-thrift.ts')).npmThriftCodec(entrant);
    case 'thriftrw':
      return (await import('./thriftrw.ts')).thriftrw();
    case 'protobufjs':
      return (await import('./protobufjs.ts')).protobufjs();
    case '@bufbuild/protobuf':
      return (await import('./protobuf-es.ts')).protobufEs();
    case 'avsc':
      return (await import('./avsc.ts')).avsc();
    case 'msgpackr':
      return (await import('./msgpackr.ts')).msgpackr(entrant.variant === 'plain' ? 'plain' : 'records');
    case 'builtin': {
      const { json, v8 } = await import('./builtin.ts');
      return entrant.variant === 'JSON' ? json : v8;
    }
    default:
      throw new Error(`${entrant.name} has no codec`);
  }
}
