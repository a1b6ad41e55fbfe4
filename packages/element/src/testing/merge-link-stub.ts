import type { MergeLink, MergeLinkConfig } from '../merge-link.ts'
import type { LinkBackend } from './backend.ts'
import { type LinkModal, openModal } from './modal.ts'

/**
 * A double of the provider's `window.MergeLink`, with a modal that works and the
 * real one's habits: one object per page, the last `initialize` wins, `onReady`
 * comes more than once, success comes while the modal is still open and `onExit`
 * (without arguments) when it is closed, `closeLink` calls nobody, and a link
 * token that was used does not open again.
 *
 * What it is not: the real modal is a frame of another origin, which this page
 * could neither read nor style; this one is drawn into the page, in a shadow
 * root, and asks `backend`. It proves nothing about CSP, pop-up windows or
 * `postMessage`.
 */
export function installMergeLinkStub(options: { backend: LinkBackend; window?: Window }): MergeLink {
  const { backend } = options
  const view = (options.window ?? window) as Window & typeof globalThis
  const spent = new Set<string>()
  /** Read anew for every callback: whoever initialized last gets them all. */
  let config: MergeLinkConfig | undefined
  let generation = 0
  let ready = false
  let modal: LinkModal | undefined

  const link = {
    initialize(next: MergeLinkConfig): void {
      config = next
      ready = false
      generation++
      announceReady(2)
    },
    update(next: Pick<MergeLinkConfig, 'linkToken'> & Partial<MergeLinkConfig>): void {
      if (config) config = { ...config, ...next }
    },
    openLink(next?: MergeLinkConfig): void {
      if (!config || modal || spent.has(config.linkToken)) return
      config = { ...config, ...next }
      void run(config.linkToken)
    },
    closeLink(): void {
      modal?.remove()
      modal = undefined
    },
  } satisfies MergeLink

  ;(view as { MergeLink?: MergeLink }).MergeLink = link
  return link

  function announceReady(times: number): void {
    const current = generation
    view.setTimeout(() => {
      if (current !== generation) return
      ready = true
      config?.onReady?.()
      if (times > 1) announceReady(times - 1)
    })
  }

  async function run(linkToken: string): Promise<void> {
    let publicToken: string | undefined
    const mine = openModal(view.document, {
      close() {
        link.closeLink()
        if (!publicToken) void backend.abandon?.(linkToken)
        else if (config?.shouldSendTokenOnSuccessfulLink === false) config.onSuccess(publicToken, SUCCESS)
        config?.onExit?.()
      },
      async connect(integration) {
        const answer = await backend.complete(linkToken, integration.slug)
        if (modal !== mine) return
        if ('error' in answer) throw new Error(answer.error)
        publicToken = answer.publicToken
        spent.add(linkToken)
        mine.show('done', integration)
        if (config?.shouldSendTokenOnSuccessfulLink !== false) config?.onSuccess(publicToken, SUCCESS)
      },
    })
    modal = mine
    // Opened too early, the real one covers the page without showing anything.
    if (!ready) {
      mine.hide()
      return
    }
    const start = await backend.start(linkToken).catch(() => null)
    if (modal !== mine) return
    if (!start) mine.show('unreachable')
    else if ('expired' in start) {
      link.closeLink()
      config?.onValidationError?.([{ detail: 'This link token has expired or was used before.', problem_type: 'INVALID_LINK_TOKEN' }])
    } else {
      mine.begin(start)
      announceReady(1)
    }
  }
}

const SUCCESS = { isTokenForOtherPreexistingLinkedAccount: false }
