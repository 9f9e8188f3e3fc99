import { createSocket, type RemoteInfo } from 'node:dgram';
import { promises as dns } from 'node:dns';
import { once } from 'node:events';
import type { DnsOptions } from '../../../src/index.ts';
import { closing } from '../../support/peers.ts';

export interface Srv {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** What a name server knows of a name. */
export interface Zone {
  readonly a?: readonly string[];
  readonly srv?: readonly Srv[];
}

export interface NameServer {
  /** What it knows; to be changed. A name it does not know does not exist. */
  readonly zones: Map<string, Zone>;
  /** `A orders.test`: what it was asked, in order. */
  readonly asked: string[];
  /** Look-ups that go to it. */
  readonly options: Required<Pick<DnsOptions, 'lookup' | 'resolveSrv'>>;
}

const types = { A: 1, SRV: 33 };

/** A DNS server over UDP on the loopback interface, as far as A and SRV records need one (RFC 1035, RFC 2782). */
export async function nameServer(): Promise<NameServer> {
  const [zones, asked] = [new Map<string, Zone>(), [] as string[]];
  const socket = createSocket('udp4');
  socket.on('message', (query: Buffer, { port, address }: RemoteInfo) => {
    const [name, end] = readName(query, 12);
    const type = query.readUInt16BE(end);
    const label = Object.entries(types).find(([, number]) => number === type)?.[0] ?? String(type);
    asked.push(`${label} ${name}`);
    socket.send(answer(query.subarray(0, end + 4), type, zones.get(name)), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  closing({ close: () => new Promise<void>(resolve => socket.close(() => resolve())) });
  const resolver = new dns.Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    zones,
    asked,
    options: {
      lookup: name => resolver.resolve4(name),
      resolveSrv: name => resolver.resolveSrv(name),
    },
  };
}

function readName(bytes: Buffer, from: number): [name: string, end: number] {
  const labels: string[] = [];
  let at = from;
  for (let length = bytes[at]!; length > 0; length = bytes[at]!) {
    labels.push(bytes.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return [labels.join('.').toLowerCase(), at + 1];
}

function answer(question: Buffer, type: number, zone: Zone | undefined): Buffer {
  const header = Buffer.from(question.subarray(0, 12));
  const records = recordsOf(type, zone);
  header.writeUInt16BE(zone === undefined ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(records.length, 6);
  header.fill(0, 8);
  const rows = records.map(data => {
    // The name is the question's, which begins at byte 12.
    const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 5, 0, 0]);
    head.writeUInt16BE(data.length, 10);
    return Buffer.concat([head, data]);
  });
  return Buffer.concat([header, question.subarray(12), ...rows]);
}

function recordsOf(type: number, zone: Zone = {}): Buffer[] {
  if (type === types.A) return (zone.a ?? []).map(ip => Buffer.from(ip.split('.').map(Number)));
  if (type !== types.SRV) return [];
  return (zone.srv ?? []).map(({ name, port, priority, weight }) => {
    const numbers = Buffer.alloc(6);
    for (const [i, value] of [priority, weight, port].entries()) numbers.writeUInt16BE(value, 2 * i);
    const labels = name.split('.').map(label => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
    return Buffer.concat([numbers, ...labels, Buffer.from([0])]);
  });
}
