/** What is used of npm's `thrift`, which has no types of its own. */
declare module 'thrift' {
  class TApplicationException extends Error {
    constructor(type?: number, message?: string);
    type: number;
  }

  class TProtocolException extends Error {
    constructor(type: number, message: string);
    type: number;
  }

  /** Eight bytes, big-endian, from `offset` on. */
  class Int64 {
    constructor(bytes: Buffer);
    readonly buffer: Buffer;
    readonly offset: number;
  }

  interface ProtocolClass {
    readonly prototype: { readonly readBinary: unknown };
  }

  const thrift: {
    readonly Thrift: {
      readonly TApplicationException: typeof TApplicationException;
      readonly TApplicationExceptionType: Readonly<Record<'MISSING_RESULT', number>>;
      readonly TProtocolException: typeof TProtocolException;
      readonly TProtocolExceptionType: Readonly<
        Record<'INVALID_DATA' | 'NEGATIVE_SIZE' | 'SIZE_LIMIT' | 'DEPTH_LIMIT', number>
      >;
    };
    readonly Int64: typeof Int64;
    /** Thrown by transports whose bytes end too soon. */
    readonly InputBufferUnderrunError: new () => Error;
    readonly TFramedTransport: new () => object;
    readonly TBinaryProtocol: ProtocolClass;
    readonly TCompactProtocol: ProtocolClass;
    readonly THeaderProtocol: ProtocolClass;
  };
  export default thrift;
}
