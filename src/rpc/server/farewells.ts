import type { Foreign } from '../../transport/recognise.ts';

const TEXT = 'this is a Thrift server';

/**
 * What a client is told that speaks something known which is not served, in its own language, before the connection
 * is closed. Those that are not here show their users nothing, whatever is sent to them.
 */
export const farewells: Readonly<Partial<Record<Foreign, Buffer>>> = {
  // Lines before the version are shown to the user (RFC 4253, section 4.2).
  SSH: Buffer.from(`${TEXT}\r\n`),
  Redis: Buffer.from(`-ERR ${TEXT}\r\n`),
  'HTTP/2': http2Farewell(),
};

/** Empty SETTINGS, then GOAWAY with HTTP_1_1_REQUIRED (RFC 9113, sections 3.4, 6.8 and 7). */
function http2Farewell(): Buffer {
  const debug = Buffer.from(`${TEXT}, it speaks HTTP/1.1 and Thrift, not HTTP/2`);
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  const goAway = Buffer.alloc(9 + 8);
  goAway.writeUIntBE(8 + debug.length, 0, 3);
  goAway[3] = 7;
  goAway.writeUInt32BE(0x0d, 13);
  return Buffer.concat([settings, goAway, debug]);
}
