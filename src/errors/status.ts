/** The status codes that gRPC made well known, with its numbers; 0 (OK) is no error and so is not here. */
const numbers = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

export type StatusCode = keyof typeof numbers;

/** Apache's TApplicationException types that this package names. */
export const applicationType = {
  unknown: 0,
  unknownMethod: 1,
  invalidMessageType: 2,
  missingResult: 5,
  internalError: 6,
  protocolError: 7,
  invalidTransform: 8,
  invalidProtocol: 9,
  /** Of Kitex's streams. */
  streamCancelled: 12007,
  messageExpired: 12014,
  streamExpired: 12015,
} as const;

/** A status that Apache has no type for travels as this plus gRPC's number: clear of Apache's, fbthrift's and Kitex's. */
const statusBase = 1000;

const statusByType: ReadonlyMap<number, StatusCode> = new Map<number, StatusCode>([
  [applicationType.unknown, 'UNKNOWN'],
  [applicationType.unknownMethod, 'UNIMPLEMENTED'],
  [applicationType.protocolError, 'INVALID_ARGUMENT'],
  [11, 'RESOURCE_EXHAUSTED'], // fbthrift: LOADSHEDDING
  [12, 'DEADLINE_EXCEEDED'], // fbthrift: TIMEOUT
  // Kitex's streams (pkg/remote/trans/ttstream). Its 12001 to 12005 and 12011 only say that something broke.
  [12006, 'UNAVAILABLE'], // the connection is closing
  [12007, 'CANCELLED'],
  [12008, 'CANCELLED'], // for a reason that the caller gave
  [12009, 'CANCELLED'], // by a stream further down
  [12010, 'CANCELLED'], // by a stream further up
  [12012, 'CANCELLED'], // the handler has returned
  [12013, 'UNAVAILABLE'], // the connection was closed
  [12014, 'DEADLINE_EXCEEDED'], // no message came in time
  [12015, 'DEADLINE_EXCEEDED'], // the stream had no more time
  ...Object.entries(numbers).map(([code, number]) => [statusBase + number, code as StatusCode] as const),
]);

const typeByStatus: ReadonlyMap<StatusCode, number> = new Map<StatusCode, number>([
  ['UNIMPLEMENTED', applicationType.unknownMethod],
  ['INTERNAL', applicationType.internalError],
  ['INVALID_ARGUMENT', applicationType.protocolError],
]);

/** The status that a TApplicationException's type stands for; `INTERNAL` for the many that only say that something broke. */
export function statusOfType(type: number): StatusCode {
  return statusByType.get(type) ?? 'INTERNAL';
}

/** The TApplicationException type under which a status travels. */
export function typeOfStatus(code: StatusCode): number {
  return typeByStatus.get(code) ?? statusBase + numbers[code];
}

const codes: ReadonlyMap<number, StatusCode> = new Map(
  Object.entries(numbers).map(([code, number]) => [number, code as StatusCode]),
);

/** gRPC's number of a status. */
export function numberOfStatus(code: StatusCode): number {
  return numbers[code];
}

/** The status that has this number with gRPC, if one does. */
export function statusOfNumber(number: number): StatusCode | undefined {
  return codes.get(number);
}

/** True for one of the status codes. */
export function isStatusCode(code: unknown): code is StatusCode {
  return typeof code === 'string' && Object.hasOwn(numbers, code);
}
