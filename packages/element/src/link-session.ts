import { type After, withDeadline } from './deadline.ts'
import { ConnectError, toConnectError } from './errors.ts'
import { type ConnectState, type ExitReason, emit } from './events.ts'
import type { MergeLink, MergeLinkConfig } from './merge-link.ts'
import { modalIsShowing, rememberPage } from './page.ts'
import { loadScript } from './script-loader.ts'
import type { ConnectedAccount, ConnectTransport, LinkTokenRequest } from './transport.ts'
import { pageQueue, type TurnHolder } from './turn-queue.ts'

export interface FilePicker {
  types?: ('FILE' | 'FOLDER' | 'DRIVE')[]
  multiple?: boolean
}

/** One open, from outside. */
export interface LinkSession extends TurnHolder {
  /** The element has left the page: takes the modal away, but finishes what the customer has completed. */
  abandon(): void
}

export interface SessionOptions {
  /** Where the events happen, and what gets the focus back. */
  host: HTMLElement
  request: LinkTokenRequest
  filePicker: FilePicker | undefined
  transport: ConnectTransport
  after: After
  random: () => number
  /** Told of each change before the event that goes with it. */
  onState(state: ConnectState): void
  /**
   * `unconfirmed`: the customer did finish, and only the server could not be asked.
   */
  onError(error: ConnectError, unconfirmed?: 'unconfirmed'): void
}

/**
 * One open of the modal, from the click to the end. It ends once: with an exit,
 * or with an error alone when it failed before there was a modal. Confirming with
 * the server runs on beyond that end, because a public token is worth waiting for.
 */
export function openSession(options: SessionOptions): LinkSession {
  const { host, request, filePicker, transport, after, random, onState, onError } = options
  const queue = pageQueue()
  const aborter = new AbortController()
  let link: MergeLink | undefined
  let restorePage: (() => void) | undefined
  /** From here on the script's callbacks come too late to count. */
  let ignored = false
  let shown = false
  let ended = false
  let picked = false
  let exchange: 'none' | 'running' | 'settled' = 'none'

  const session: LinkSession = {
    abandon() {
      const unfinished = exchange === 'none'
      end(unfinished ? 'removed' : 'completed', true)
      ignored ||= unfinished
    },
    yieldTurn() {
      if (exchange === 'settled' || (shown && exchange === 'none' && !modalIsShowing())) end(outcome(), true)
      return ended
    },
    supersede() {
      ignored = true
    },
  }
  onState('loading')
  void queue.take(session, aborter.signal).then(attend)
  return session

  /** From a fresh link token to the open modal. */
  async function attend(): Promise<void> {
    try {
      const answer = await withDeadline((signal) => transport.createLinkToken(request, { signal }), after, aborter.signal)
      const loaded = await loadScript(answer.link.scriptUrl, host.nonce, after)
      if (ended) return
      link = loaded
      const config: MergeLinkConfig = {
        linkToken: answer.linkToken,
        shouldSendTokenOnSuccessfulLink: true,
        tenantConfig: answer.link.apiBaseUrl ? { apiBaseURL: answer.link.apiBaseUrl } : undefined,
        filePickerConfig: filePicker && {
          onSubmit(files) {
            if (ignored) return
            picked = true
            emit(host, 'connect-files', { files })
          },
          types: filePicker.types,
          allowMultiSelect: filePicker.multiple,
        },
        onSuccess(publicToken) {
          if (!ignored && exchange === 'none') void confirm(publicToken)
        },
        onExit() {
          if (!ignored) end(outcome())
        },
        onValidationError() {
          if (!ignored && exchange === 'none') end('expired', true, new ConnectError('validation', 'the link token was refused'))
        },
      }
      const ready = () =>
        new Promise<void>((resolve) => {
          config.onReady = resolve
          loaded.initialize(config)
        })
      await withDeadline(ready, after, aborter.signal, 'script_blocked')
      if (ended) return
      restorePage = rememberPage(host)
      shown = true
      loaded.openLink(config)
      onState('open')
      emit(host, 'connect-ready', null)
    } catch (error) {
      end('cancelled', true, toConnectError(error))
    }
  }

  async function confirm(publicToken: string): Promise<void> {
    exchange = 'running'
    onState('finishing')
    try {
      const { account } = await exchangeStubbornly(publicToken).finally(() => {
        exchange = 'settled'
      })
      onState('connected')
      emit(host, 'connect-success', { account })
    } catch (error) {
      onState('failed')
      onError(toConnectError(error), 'unconfirmed')
    }
    // Some versions of the script close on success without saying so.
    if (!modalIsShowing()) end('completed')
  }

  async function exchangeStubbornly(publicToken: string, tries = 0): Promise<{ account: ConnectedAccount }> {
    try {
      return await withDeadline((signal) => transport.exchange(publicToken, { signal }), after)
    } catch (error) {
      const pause = EXCHANGE_PAUSES_MS[tries]
      if (!pause || !toConnectError(error).retryable) throw error
      await new Promise<void>((resolve) => after(pause * (0.5 + random()), resolve))
      return exchangeStubbornly(publicToken, tries + 1)
    }
  }

  function outcome(): ExitReason {
    return exchange === 'none' && !picked ? 'cancelled' : 'completed'
  }

  function end(reason: ExitReason, takeAway = false, error?: ConnectError): void {
    if (ended) return
    ended = true
    aborter.abort()
    if (takeAway) link?.closeLink?.()
    restorePage?.()
    queue.release(session)
    if (error) {
      ignored = true
      onState('failed')
      onError(error)
    } else if (exchange === 'none') onState('idle')
    if (!error || shown) emit(host, 'connect-exit', { reason })
  }
}

const EXCHANGE_PAUSES_MS = [1_000, 3_000, 9_000, 27_000]
