/** `livethrift/auth`: tokens by OAuth 2, for `bearer` and `authenticate` of `livethrift`. */
export { type OAuth2Options, oauth2 } from './oauth2.ts';
export { type JsonWebKeySet, type JwtAlgorithm, type JwtOptions, verifyJwt } from './verify-jwt.ts';
