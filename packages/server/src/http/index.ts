/** The SDK as one web-standard function: `Request` in, `Response` out. */
export { createHandler, type Handler, type HandlerOptions } from './handler.ts'
export type { AuthorizeInput, Identity } from './identity.ts'
export type { PublicErrorCode } from './public-error.ts'
