import { html, nothing, type TemplateResult } from 'lit'
import { viewAccount } from './account-view.ts'
import type { ListedAccount } from './accounts.ts'
import { nameOf } from './list-row.ts'

// What is around the rows. `text` gives the words for a key.
type Text = (key: string) => string

/** In place of the rows until the first answer, and as high as a few of them. */
export function skeleton(text: Text): TemplateResult {
  const row = html`<div class="ghost"><span></span><span></span></div>`
  return html`<div part="skeleton"><span class="unseen" role="status">${text('loading_list')}</span>${row}${row}${row}</div>`
}

/** What is wrong with the list as a whole. Offline there is nothing to press: it goes on by itself. */
export function notice(
  problem: { offline: boolean; code: string | undefined; hasRows: boolean },
  text: Text,
  retry: () => void,
): TemplateResult {
  const { offline, code, hasRows } = problem
  const words = offline ? text(hasRows ? 'offline' : 'error_network') : `${hasRows ? `${text('outdated')} ` : ''}${text(`error_${code}`)}`
  return html`<div part="notice" role="alert"><span>${words}</span>${
    offline ? nothing : html`<button part="retry" type="button" @click=${retry}>${text('retry')}</button>`
  }</div>`
}

/** The question before a deletion. It is there all the time, so that it can be opened at once; what does no harm comes first and gets the focus. */
export function deleteDialog(account: ListedAccount | undefined, text: Text, confirm: () => void, closed: () => void): TemplateResult {
  const label = account && text(viewAccount(account).remove ?? 'delete')
  return html`<dialog part="dialog" aria-labelledby="title" aria-describedby="question" @close=${closed}>${
    account
      ? html`<h2 id="title">${label}</h2><p><bdi>${nameOf(account, text)}</bdi></p><p id="question">${text('delete_question')}</p
        ><div class="choice"><button part="keep" type="button" @click=${close}>${text('keep')}</button
        ><button part="confirm" type="button" @click=${confirm}>${label}</button></div>`
      : nothing
  }</dialog>`
}

function close({ currentTarget }: Event): void {
  ;(currentTarget as HTMLElement).closest('dialog')?.close()
}
