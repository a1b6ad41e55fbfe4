/** The kit cannot say anything about the adapter: the call or the module has to be put right first. */
export class KitError extends Error {
  override readonly name = 'KitError'
}
