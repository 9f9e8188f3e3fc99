/** `livethrift/apache`: loaded services and structs in the place of generated code, for npm's `thrift`. */
export { apacheChannel } from './channel.ts';
export type {
  ApacheClient,
  ApacheClientBase,
  ApacheClientClass,
  ApacheClientMethods,
  Callback,
} from './client.ts';
export type { ApacheConnection } from './connection.ts';
export type { ApacheHandler, ApacheProcessor, ApacheProcessorClass } from './processor.ts';
export type { ApacheInt64, ApacheProtocol, ApacheProtocolClass, ApacheTransport } from './protocol.ts';
export { type ApacheOptions, type ApacheService, toApache } from './service.ts';
export { settling } from './settling.ts';
export { type ApacheStruct, type ApacheStructClass, apacheStruct } from './structs.ts';
