/** `livethrift/auth`: OAuth 2 for clients and servers. */
export {
  type AuthenticateOptions,
  authenticate,
  type Claims,
  claimsOf,
  type Identity,
  type VerifyToken,
} from '../interceptors/authenticate.ts';
export { bearer } from '../interceptors/bearer.ts';
export { fixedTokens } from '../interceptors/fixed-tokens.ts';
export {
  type CachedTokenOptions,
  cachedToken,
  type ExpiringToken,
  type TokenSource,
} from '../interceptors/tokens.ts';
export { type OAuth2Options, oauth2 } from './oauth2.ts';
export { type JsonWebKeySet, type JwtAlgorithm, type JwtOptions, verifyJwt } from './verify-jwt.ts';
