export type {
  Client,
  ClientExtras,
  ClientMethods,
  ClientOptions,
} from './client.ts';
export { makeClient } from './client.ts';
export type { Targets } from './connect/balance.ts';
export { connect, type Target } from './connect/connect.ts';
export type { ConnectionsOptions, ReconnectOptions } from './connect/connections.ts';
export type { KeepaliveOptions } from './connect/keepalive.ts';
export type { BalanceOptions, ChannelOptions, HeadersOption, HttpOptions } from './connect/options.ts';
export { DecodeError, type DecodeErrorCode } from './errors/decode-error.ts';
export { type Diagnostic, IdlError, type Severity } from './errors/idl-error.ts';
export { type CallPhase, RpcError, type RpcErrorInit } from './errors/rpc-error.ts';
export type { StatusCode } from './errors/status.ts';
export { ValueError, type ValueErrorCode } from './errors/value-error.ts';
export { type FacebookService, type Fb303Package, fb303 } from './fb303/fb303.ts';
export type { Fb303Counters, Fb303Options, Fb303Status } from './fb303/options.ts';
export { type IdlTypeError, type InlineModule, idl } from './inline/idl.ts';
export { type AccessLogOptions, type AccessRecord, accessLog } from './interceptors/access-log.ts';
export {
  type AuthenticateOptions,
  authenticate,
  type Claims,
  claimsOf,
  type Identity,
  type VerifyToken,
} from './interceptors/authenticate.ts';
export type { BackoffOptions } from './interceptors/backoff.ts';
export { bearer } from './interceptors/bearer.ts';
export { RetryBudget, type RetryBudgetOptions } from './interceptors/budget.ts';
export { fixedTokens } from './interceptors/fixed-tokens.ts';
export { type HedgeOptions, hedge } from './interceptors/hedge.ts';
export { type Metrics, type MetricsOptions, metrics } from './interceptors/metrics.ts';
export { type RetryOptions, retry } from './interceptors/retry.ts';
export type { CallMetrics, MetricsSnapshot, RunningMetrics } from './interceptors/snapshot.ts';
export {
  type CachedTokenOptions,
  cachedToken,
  type ExpiringToken,
  type TokenSource,
} from './interceptors/tokens.ts';
export { defaultLimits, type Limits } from './limits.ts';
export { type LoadOptions, type LoadSourceOptions, load, loadSource, loadSync } from './load.ts';
export { type LoadFromOptions, loadFrom } from './reflection/load-from.ts';
export { type ReflectionOptions, reflection, type ThriftReflection } from './reflection/reflection.ts';
export type { Address, ProcessAddress, SocketAddress, TcpAddress, UnixAddress } from './rpc/address.ts';
export { type DnsOptions, dnsResolver } from './rpc/balance/dns.ts';
export type { OutlierOptions } from './rpc/balance/outlier.ts';
export type { PolicyName } from './rpc/balance/policies/policies.ts';
export type { Endpoint, Resolver, ResolverWatcher, Watch } from './rpc/balance/resolver.ts';
export type { ServiceRecord } from './rpc/balance/srv.ts';
export type { Channel, CloseOptions } from './rpc/channel.ts';
export type { ChannelState, StateListener } from './rpc/channel-state.ts';
export type { CallOptions } from './rpc/client/settings.ts';
export { type Context, context } from './rpc/context.ts';
export type {
  ClientCallMessage,
  ClosedConnectionMessage,
  ConnectionMessage,
  RefusedCallMessage,
  RefusedConnectionMessage,
  ServerCallMessage,
} from './rpc/diagnostics.ts';
export type {
  ClientInvocation,
  Interceptor,
  Invocation,
  NextOptions,
  ServerInvocation,
} from './rpc/interceptor.ts';
export { Metadata, type MetadataInit, type MetadataValue } from './rpc/metadata.ts';
export type { ConcurrencyOptions, SheddingOptions } from './rpc/server/admission.ts';
export type { ServerConnectionsOptions } from './rpc/server/connection-rules.ts';
export type { ServerHttpOptions } from './rpc/server/http/rules.ts';
export type { ErrorContext } from './rpc/server/report.ts';
export type { SaslSettings } from './rpc/server/settings.ts';
export { stdio } from './rpc/server/stdio.ts';
export type { ServerTlsOptions } from './rpc/server/tls.ts';
export type { HeartbeatOptions } from './rpc/streaming/heartbeat.ts';
export type * from './schema/descriptor.ts';
export { deserialize, type SerializeOptions, serialize } from './serialize.ts';
export {
  type Handler,
  type ListenAddress,
  makeServer,
  type Server,
  type ServerCloseOptions,
  type ServerOptions,
  type ServerView,
  type ServiceOptions,
  type ServicePackage,
} from './server.ts';
export { type Closable, closeOnSignals, type SignalOptions, workersOf } from './signals.ts';
export { fromJSON, type JsonOptions, toJSON } from './simple-json.ts';
export type {
  SaslClientSession,
  SaslLayer,
  SaslMechanism,
  SaslServerMechanism,
  SaslServerSession,
  SaslServerStep,
  SaslStep,
} from './transport/sasl/mechanism.ts';
export { type CheckPassword, saslPlain, saslPlainServer } from './transport/sasl/plain.ts';
export type { TransportName } from './transport/transport.ts';
export { type InputOf, type StructClass, unknownField } from './values/classes.ts';
export type { EnumObject } from './values/enums.ts';
export type { JsonValue } from './values/json-form.ts';
export { equals, mapGet, setHas, toObject } from './values/lookup.ts';
export { type DynamicModule, describe, type TypeLike, type } from './values/module.ts';
export type { ApiOf, ImplOf, IsDynamic, Service } from './values/service.ts';
