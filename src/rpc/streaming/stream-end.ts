import { DecodeError } from '../../errors/decode-error.ts';
import { type FrameReader, frameType } from '../../transport/stream-frames.ts';
import type { ByteReader } from '../../wire/reader.ts';

/** One end of a stream, as its connection knows it. */
export interface StreamEnd {
  readonly sid: number;
  header(frame: FrameReader, r: ByteReader): void;
  data(r: ByteReader): void;
  trailer(frame: FrameReader, r: ByteReader): void;
  reset(frame: FrameReader, r: ByteReader): void;
  meta(frame: FrameReader, r: ByteReader): void;
  /** What came for it cannot be read. */
  unfit(error: DecodeError): void;
  /** It is known now what the other end can do. */
  acquainted(): void;
}

/** Gives a stream a frame. What it cannot read ends that stream, and no other. */
export function deliver(stream: StreamEnd, frame: FrameReader, r: ByteReader): void {
  try {
    handOver(stream, frame, r);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    stream.unfit(error);
  }
}

function handOver(stream: StreamEnd, frame: FrameReader, r: ByteReader): void {
  switch (frame.type) {
    case frameType.data:
      return stream.data(r);
    case frameType.header:
      return stream.header(frame, r);
    case frameType.trailer:
      return stream.trailer(frame, r);
    case frameType.reset:
      return stream.reset(frame, r);
    case frameType.meta:
      return stream.meta(frame, r);
  }
}
