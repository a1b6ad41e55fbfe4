import type { Integrations } from '@connect-integration/server'

/** Prints what the SDK does, in words. */
export function tellWhatHappens(integrations: Integrations): void {
  const walked = new Map<string, number>()
  integrations.on('account.linked', () => say('🔗 connected; waiting for the first sync at the source'))
  integrations.on('account.relinked', () => say('🔗 relinked: same account, same data, everything is read anew'))
  integrations.on('account.relink_needed', () => say('⚠️  the connection is broken; the customer has to relink it'))
  integrations.on('account.recovered', () => say('✅ the connection works again'))
  integrations.on('account.gone', () => say('⚠️  the account is no longer known at the source'))
  integrations.on('account.deleted', () => say('🗑  deleted, here and at the source, with every record'))
  integrations.on('sync.page', ({ model, records }) => {
    const before = walked.get(model) ?? 0
    walked.set(model, before + records)
    if (Math.floor(before / 500) < Math.floor((before + records) / 500))
      say(`   ${plain(model)}: ${(before + records).toLocaleString('en')} read so far`)
  })
  integrations.on('sync.model', ({ model, kind, records, changed }) => {
    walked.delete(model)
    if (kind === 'initial') say(`📥 ${plain(model)}: ${records.toLocaleString('en')} records stored`)
    else if (changed > 0) say(`📥 ${plain(model)}: ${changed.toLocaleString('en')} changed`)
  })
  integrations.on('sync.problem', ({ model, code, message }) => say(`⚠️  ${model === null ? '' : `${plain(model)}: `}${code}: ${message}`))
}

function plain(model: string): string {
  return (model.split('.')[1] ?? model).replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
}

function say(text: string): void {
  console.log(`${new Date().toLocaleTimeString('en-GB')}  ${text}`)
}
