import type { FrameKind } from '../support/kitex-frames.ts';

/** A frame that Kitex's own encoder wrote, and what it says. */
export interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly kind: FrameKind;
  readonly sid: number;
  readonly method: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly numbers: Readonly<Record<number, string>>;
  /** In hex. */
  readonly payload: string;
}

const boom = '80010003 00000004 4563686f 00000001 0b 0001 00000004 626f6f6d 08 0002 00000006 00';

const echo = (
  kind: FrameKind,
  digit: string,
  own: Pick<Vector, 'name' | 'hex'> & Partial<Vector>,
): Vector => ({
  kind,
  sid: 1,
  method: 'Echo',
  texts: {},
  numbers: { 9: 'Echo', 27: digit },
  payload: '',
  ...own,
});

/** Kitex writes pairs in the order of a Go map, which is none: compare what they say, not their bytes. */
export const vectors: readonly Vector[] = [
  echo('header', '2', {
    name: 'a Header that opens a stream',
    hex: `00000032 1000 0002 00000001 000a 10 00
      01 0001 0003 69736e 000b 5465737453657276696365 10 0002 001b 0001 32 0009 0004 4563686f 00`,
    texts: { isn: 'TestService' },
  }),
  echo('data', '3', {
    name: 'a message {1: "hi"}',
    hex: `00000028 1000 0002 00000001 0005 10 00 10 0002 001b 0001 33 0009 0004 4563686f 0000
      0b 0001 00000002 6869 00`,
    payload: '0b 0001 00000002 6869 00',
  }),
  echo('trailer', '4', {
    name: 'a Trailer that says that all is well, or half-closes',
    hex: '0000001e 1000 0002 00000001 0005 10 00 10 0002 001b 0001 34 0009 0004 4563686f 0000',
  }),
  echo('trailer', '4', {
    name: 'a Trailer with an exception (6, "boom")',
    hex: `00000041 1000 0002 00000001 0005 10 00 10 0002 0009 0004 4563686f 001b 0001 34 0000 ${boom}`,
    payload: boom,
  }),
  echo('rst', '5', {
    name: 'an Rst with the same exception, cancelled by A',
    hex: `0000004d 1000 0002 00000001 0008 10 00
      01 0001 0005 7474736370 0001 41 10 0002 001b 0001 35 0009 0004 4563686f 00 ${boom}`,
    texts: { ttscp: 'A' },
    payload: boom,
  }),
];

/** The call of `ping` with the sequence id 7, as a frame without the flag of streams. */
export const unaryPing = `0000003b 1000 0000 00000007 0008 00 00
  01 0001 0003 69736e 0008 50696e67506f6e67 10 0001 0009 0004 70696e67 00
  80010001 00000004 70696e67 00000007 00`;
