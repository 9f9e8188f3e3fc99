import { buffered } from './buffered.ts';
import { framed } from './framed.ts';
import { header } from './header.ts';
import type { Transport, TransportName } from './transport.ts';
import { ttheader } from './ttheader.ts';

/** All ways to cut messages, by name. */
export const transports: Readonly<Record<TransportName, Transport>> = Object.freeze({
  buffered,
  framed,
  header,
  ttheader,
});
