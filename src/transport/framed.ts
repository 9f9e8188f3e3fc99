import { envelopeOf } from './envelope.ts';
import { FrameCutter } from './frame-cutter.ts';
import type { Transport } from './transport.ts';

/** Each message behind its length. */
export const framed: Transport = {
  name: 'framed',
  isFramed: true,
  hasHeaders: false,
  cutter(protocol, limits) {
    const envelope = envelopeOf(protocol.name);
    return new FrameCutter(limits, (r, taker) => taker.take(r, envelope), protocol);
  },
  open: (_w, at) => at + 4,
  close(w, at, end) {
    w.view.setInt32(at, end - at - 4);
    return end;
  },
};
