import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expectedOf, PASSWORD, type WorkloadName, workloadOf } from './calls.ts';

/** The bytes of a workload's first request and its reply, in the binary protocol without frames. */
export interface Messages {
  readonly request: Buffer;
  readonly reply: Buffer;
}

const CALL = 1;
const REPLY = 2;
const STRING = 11;
const STRUCT = 12;

/** `serialize` gives the bytes of an echoed struct. */
export function messagesOf(name: WorkloadName, serialize: (value: object) => Uint8Array): Messages {
  const workload = workloadOf(name);
  switch (workload.method) {
    case 'ping':
      return {
        request: message('ping', CALL, []),
        reply: message('ping', REPLY, [text(0, expectedOf(workload, 0) as string)]),
      };
    case 'login':
      return {
        request: message('login', CALL, [text(1, workload.user(0)), text(2, PASSWORD)]),
        reply: message('login', REPLY, [text(0, expectedOf(workload, 0) as string)]),
      };
    default: {
      const bytes = serialize(workload.value);
      return {
        request: message(workload.method, CALL, [field(STRUCT, 1), bytes]),
        reply: message(workload.method, REPLY, [field(STRUCT, 0), bytes]),
      };
    }
  }
}

const FOLDER = 'spec/bench/build/messages';

/** Where a workload's message stands for processes that do not make it themselves. */
export function messageFile(name: WorkloadName, which: keyof Messages): string {
  return resolve(FOLDER, `${name}.${which}`);
}

/** Writes both. */
export function writeMessages(name: WorkloadName, { request, reply }: Messages): void {
  mkdirSync(resolve(FOLDER), { recursive: true });
  writeFileSync(messageFile(name, 'request'), request);
  writeFileSync(messageFile(name, 'reply'), reply);
}

/** thrift-binary-protocol.md, the strict form of a message. */
function message(method: string, type: number, body: readonly Uint8Array[]): Buffer {
  return Buffer.concat([int32(0x80010000 | type), sized(method), int32(1), ...body, Buffer.of(0)]);
}

function text(id: number, value: string): Buffer {
  return Buffer.concat([field(STRING, id), sized(value)]);
}

function field(type: number, id: number): Buffer {
  return Buffer.of(type, id >> 8, id);
}

function sized(value: string): Buffer {
  return Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
}
