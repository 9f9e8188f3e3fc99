import { Duplex } from 'node:stream';
import type { StructClass } from 'livethrift';
import { OursBuild, raised } from '../contenders/ours-files.ts';
import { idlOfFields, idlOfLines, idlOfTypes, wideValue } from '../workloads/idl.ts';
import { messagesOf } from '../workloads/messages.ts';
import { answerWith, cpuTime, type GrowthCommands, type GrowthTask, roleOfProcess } from './ipc.ts';

const { build } = roleOfProcess<{ readonly build?: string }>();
const ours = await OursBuild.inside(build);
const { loadSource, makeServer, serialize } = ours.api;

/** Does a unit's work once. */
type Work = () => unknown;

/** Made once, so that all rounds measure the same: the code of a thousand fields is optimised after a second of work. */
const made = new Map<string, ReturnType<typeof workOf>>();

answerWith<GrowthCommands>({
  async run(task, size, ms) {
    const name = `${task} ${size}`;
    const { work, units } = made.get(name) ?? workOf(task, size);
    made.set(name, { work, units });
    await spend(work, ms);
    const [before, end] = [cpuTime(), performance.now() + ms];
    let times = 0;
    do {
      await work();
      times++;
    } while (performance.now() < end);
    return ((cpuTime() - before) * 1000) / times / units;
  },
});

async function spend(work: Work, ms: number): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end; ) await work();
}

/** What is repeated, and how many units one repetition has. */
function workOf(task: GrowthTask, size: number): { readonly work: Work; readonly units: number } {
  switch (task) {
    case 'encode fields':
    case 'decode fields':
      return { work: fields(size, task === 'encode fields'), units: size * REPEATED };
    case 'load types': {
      const text = idlOfTypes(size);
      return { work: () => loadSource(text), units: size };
    }
    case 'load lines': {
      const text = idlOfLines(size);
      return { work: () => loadSource(text), units: 1 };
    }
    case 'parse lines': {
      const text = idlOfLines(size);
      return { work: () => ours.parse(text), units: 1 };
    }
    case 'whole buffered':
      return { work: arrival(size, size, false), units: 1 };
    case 'chunks buffered':
      return { work: arrival(size, 1024, false), units: 1 };
    case 'chunks framed':
      return { work: arrival(size, 1024, true), units: 1 };
  }
}

/** An await must not be what is measured. */
const REPEATED = 100;

function fields(count: number, encode: boolean): Work {
  const Wide = loadSource(idlOfFields(count)).Wide as StructClass;
  const value = new Wide(wideValue(count));
  const codec = ours.inPlace(Wide, 'binary');
  const decode = codec.decoder([serialize(Wide, value)]);
  const once: Work = encode ? () => codec.encode(value) : () => decode(0);
  return () => {
    for (let i = 0; i < REPEATED; i++) once();
  };
}

/** A request with so many bytes reaches a server in chunks; done when it is answered. */
function arrival(size: number, chunkSize: number, framed: boolean): Work {
  const module = ours.schema();
  const { request } = messagesOf(`blob-${size}`, value => serialize(module.Blob as StructClass, value));
  const prefix = Buffer.alloc(4);
  prefix.writeInt32BE(request.length);
  const bytes = framed ? Buffer.concat([prefix, request]) : request;
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkSize) chunks.push(bytes.subarray(at, at + chunkSize));
  let answered = (): void => {};
  const stream = new Duplex({
    read() {},
    write(_reply, _encoding, done) {
      done();
      answered();
    },
  });
  // The answer is as small as can be: what is measured is the way in.
  makeServer(
    module.Bench,
    { blob: () => ({ value: Buffer.alloc(1) }) },
    { partial: true, limits: raised },
  ).serve(stream);
  return () =>
    new Promise<void>(resolve => {
      answered = resolve;
      // Each chunk in a turn of its own, as a socket reads them.
      let i = 0;
      const next = (): void => {
        stream.push(chunks[i++]);
        if (i < chunks.length) setImmediate(next);
      };
      next();
    });
}
