import { html, nothing, type TemplateResult } from 'lit'
import { viewAccount } from './account-view.ts'
import type { ListedAccount } from './accounts.ts'
import { brandStyle } from './brand-color.ts'
import type { CatalogIntegration } from './catalog.ts'
import { isolated } from './formats.ts'
import { type ConnectContext, connectButton, type LogoContext, logo } from './list-row.ts'

/** What the cards need to know besides their integrations. */
export interface CardContext extends LogoContext, ConnectContext {
  accounts: readonly ListedAccount[]
  /** The one that is looked at; empty for all. */
  category: string
  shown: ReadonlySet<CatalogIntegration>
}

/** One integration. When it does not fit the search it is hidden, not taken away: a sign-in may be under way in it. */
export function catalogCard(integration: CatalogIntegration, context: CardContext): TemplateResult {
  const { text, category, shown, accounts } = context
  const { name, slug, categories } = integration
  const linked = accounts.filter(
    (account) =>
      account.integration?.slug === slug &&
      (!category || account.category === category) &&
      // The one never became a connection, the other is none any more.
      !['pending', 'error'].includes(account.status),
  )
  const broken = linked.find(({ status }) => status === 'relink_needed')
  const account = broken ?? linked[0]
  // How its data is doing is for the list to say.
  const view = account && viewAccount({ ...account, sync: null })
  const target = broken
    ? { id: broken.id, category: broken.category }
    : {
        category: category || (categories.find((one) => !linked.some((other) => other.category === one)) ?? categories[0]),
        integration: slug,
      }
  const kinds = categories.map((one) => text(`category_${one}`)).filter(Boolean)
  return html`<li part="card" data-slug=${slug} data-tone=${view?.tone ?? nothing} ?hidden=${!shown.has(integration)} .style=${brandStyle(integration.color)}
    >${logo(integration.logoUrl, name, context)}<div part="details"
      ><div part="title"><bdi part="name">${name}</bdi></div>${
        view
          ? html`<div part="status"><span><span part="dot"></span>${text(view.status)}</span></div>`
          : html`<span part="kind">${kinds.map(isolated).join(' · ')}</span>`
      }</div
    ><div part="actions">${connectButton(target, broken ? 'relink' : account ? 'connect_more' : 'connect_one', !account || !!broken, name, context)}</div
  ></li>`
}
