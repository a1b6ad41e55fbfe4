/** The surface of the provider's script, as far as it is used here: one object per page, and the last `initialize` wins. */
export interface MergeLink {
  initialize(config: MergeLinkConfig): void
  /** Draws nothing unless `onReady` was called first. Takes the same config again: sign-in windows need the token in both calls. */
  openLink(config: MergeLinkConfig): void
  update?(config: Pick<MergeLinkConfig, 'linkToken' | 'onSuccess' | 'onValidationError'>): void
  /** Takes the modal away and calls nobody. The script has it; its published types do not. */
  closeLink?(): void
}

export interface MergeLinkConfig {
  linkToken: string
  /** May come while the modal is still on the screen, before, after or without `onExit`. */
  onSuccess(publicToken: string, details?: { isTokenForOtherPreexistingLinkedAccount?: boolean }): void
  /** Never gets an argument, and also comes after a success. */
  onExit?(): void
  /** May come several times, also for one `initialize`. */
  onReady?(): void
  onValidationError?(problems: { detail: string; problem_type?: string }[]): void
  shouldSendTokenOnSuccessfulLink?: boolean
  tenantConfig?: { apiBaseURL?: string }
  filePickerConfig?: { onSubmit(files: unknown[]): void; types?: string[]; allowMultiSelect?: boolean }
  parentContainerID?: string
}

/** The id of the element that covers the page while the modal is open. */
export const MODAL_ID = 'merge-link-iframe'

/** What the script put on `window`, whoever loaded it. */
export function presentMergeLink(): MergeLink | undefined {
  return (globalThis as { MergeLink?: MergeLink }).MergeLink
}
