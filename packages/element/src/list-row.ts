import { html, nothing, type TemplateResult } from 'lit'
import { viewAccount } from './account-view.ts'
import type { ListedAccount } from './accounts.ts'
import type { ConnectError } from './errors.ts'
import { fill, formatsFor, isolated } from './formats.ts'
import type { ListMessages } from './list-messages.ts'
import { countedSoFar } from './model-counts.ts'
import type { ConnectHeaders } from './request.ts'
import type { ConnectTransport } from './transport.ts'

export interface LogoContext {
  brokenLogos: ReadonlySet<string>
  onLogoBroken(url: string): void
}

/** What goes on to the buttons that open the sign-in. */
export interface ConnectContext {
  text(key: string): string
  host: {
    endpoint: string | null | undefined
    headers: ConnectHeaders | undefined
    transport: ConnectTransport | undefined
    messages: Partial<ListMessages> | undefined
    nonce?: string
  }
}

/** What the rows need to know besides their accounts. */
export interface RowContext extends LogoContext, ConnectContext {
  /** Epoch milliseconds. */
  now: number
  problems: ReadonlyMap<string, ConnectError>
  onDelete(account: ListedAccount): void
}

/** One integration: who it is, how it is, and what can be done about it. */
export function listRow(account: ListedAccount, context: RowContext): TemplateResult {
  const { text, problems } = context
  const problem = problems.get(account.id)
  const view = viewAccount(account)
  const name = nameOf(account, text)
  const kind = [text(`category_${account.category}`), account.integration?.name].filter((part) => part && part !== name)
  return html`<li part="row" data-id=${account.id} data-tone=${view.tone} tabindex="-1"
    >${logo(account.integration?.logoUrl, name, context)}<div part="details"
      ><div part="title"><bdi part="name">${name}</bdi><span part="kind">${kind.map((part) => isolated(part!)).join(' · ')}</span></div
      ><div part="status"><span><span part="dot"></span>${text(view.status)}</span>${synced(view.lastSyncedAt, context)}</div
      >${view.advice ? html`<p part="advice">${text(view.advice)}</p>` : nothing}${
        view.progress === undefined ? nothing : firstSync(view.progress, countedSoFar(account.sync?.models, view.records, text), text)
      }${problem ? html`<p part="problem" role="alert">${text(`error_${problem.code}`)}</p>` : nothing}</div
    ><div part="actions">${view.connect ? connectButton({ id: account.id, category: account.category }, view.connect, view.urgent, name, context) : nothing}${
      view.remove
        ? html`<button part="delete" type="button" @click=${() => context.onDelete(account)}>${labelled(text(view.remove), name)}</button>`
        : nothing
    }</div
  ></li>`
}

/** The customer's name for it, else the integration's, else a word that is always there. */
export function nameOf(account: ListedAccount, text: RowContext['text']): string {
  return account.displayName || account.integration?.name || text(`category_${account.category}`) || text('nameless')
}

/** Words that are too many for the eye, but without which ten buttons would have one name. */
function labelled(label: string, name: string): TemplateResult {
  return html`${label}<span class="unseen"> ${name}</span>`
}

/** Over https only, and without telling the other side whose page it is; else the first letter. */
export function logo(url: string | null | undefined, name: string, { brokenLogos, onLogoBroken }: LogoContext): TemplateResult {
  return url && /^https:\/\//i.test(url) && !brokenLogos.has(url)
    ? html`<span part="logo" class="image"><img alt="" loading="lazy" referrerpolicy="no-referrer" src=${url} @error=${() => onLogoBroken(url)}></span>`
    : html`<span part="logo" aria-hidden="true">${[...name][0]}</span>`
}

function synced(at: string | null, { text, now }: RowContext): TemplateResult | typeof nothing {
  if (!at || Number.isNaN(Date.parse(at))) return nothing
  const when = formatsFor(text('language')).ago(at, now)
  return html`<span part="synced">${when ? fill(text('synced'), { when }) : text('synced_now')}</span>`
}

function firstSync(progress: number | null, counted: string, text: RowContext['text']): TemplateResult {
  // The line is there before the first record, so that nothing moves when that comes.
  return html`<progress part="progress" aria-label=${text('first_sync')} value=${progress ?? nothing}></progress
    ><span part="records">${counted}</span>`
}

/** The button that opens the sign-in: to relink an account, or to connect something new. `key`: of its text. */
export function connectButton(
  { id, category, integration }: { id?: string; category: string | null | undefined; integration?: string },
  key: string,
  urgent: boolean,
  name: string,
  { text, host }: ConnectContext,
): TemplateResult {
  return html`<connect-integration part="connect" exportparts="button: connect-button" class=${urgent ? 'urgent' : ''}
    endpoint=${host.endpoint ?? nothing} account-id=${id ?? nothing} category=${category ?? nothing}
    integration=${integration ?? nothing} lang=${text('language')}
    .nonce=${host.nonce} .headers=${host.headers} .transport=${host.transport} .messages=${host.messages}
    >${labelled(text(key), name)}</connect-integration>`
}
