import { day, midnight, moment } from '../dates.ts'
import { part, type Scribe } from '../scribe.ts'
import { periodAt } from './furnish.ts'

/** Something that is neither an invoice nor a payment: a transfer, a card charge. */
export function writeTransaction(scribe: Scribe, index: number): void {
  const { random, today } = scribe
  const key = `transaction-${index}`
  const at = today - random.integer(500) * day
  const amount = ((500 + random.integer(90_000)) / 100).toFixed(6)
  const shared = { currency: 'USD', exchange_rate: '1.000000', company: scribe.one('CompanyInfo') }
  const line = part({
    ...{ id: scribe.id('Transaction', `${key}-line-1`), remote_id: `${key}-line-1`, memo: 'Monthly charge', unit_price: amount },
    ...{ quantity: '1.000000', item: null, account: scribe.one('Account'), tracking_category: null, tracking_categories: [] },
    ...{ total_line_amount: amount, tax_rate: null, ...shared, remote_was_deleted: false },
  })
  scribe.write('Transaction', key, {
    transaction_type: random.pick(['Transfer', 'Check', 'Card charge', 'Deposit']),
    ...{ number: `T-${index}`, transaction_date: midnight(at), account: scribe.one('Account') },
    contact: random.chance(0.5) ? scribe.one('Contact') : null,
    ...{ inclusive_of_tax: true, total_amount: amount, ...shared, line_items: [line], accounting_period: periodAt(scribe, at) },
  })
}

/** Two accounts or three; the lines add up to nothing. */
export function writeJournalEntry(scribe: Scribe, index: number): void {
  const { random, today } = scribe
  const key = `journal-${index}`
  const at = today - random.integer(600) * day
  const cents = 10_000 + random.integer(900_000)
  const parts = random.chance(0.3) ? [cents, -Math.floor(cents / 3), Math.floor(cents / 3) - cents] : [cents, -cents]
  const shared = { currency: 'USD', exchange_rate: '1.000000', company: scribe.one('CompanyInfo') }
  const lines = parts.map((net, position) =>
    part({
      ...{ id: scribe.id('JournalEntry', `${key}-line-${position + 1}`), remote_id: `${key}-line-${position + 1}` },
      ...{ account: scribe.one('Account'), net_amount: net / 100, tracking_category: null, tracking_categories: [], ...shared },
      ...{ employee: null, project: null, contact: null, tax_rate: null, description: 'Accrual', remote_was_deleted: false },
      remote_fields: [],
    }),
  )
  scribe.write('JournalEntry', key, {
    ...{ transaction_date: midnight(at), memo: random.pick(['Depreciation', 'Accrued rent', 'Reclassification', null]), ...shared },
    ...{ inclusive_of_tax: false, lines, journal_number: `J-${1000 + index}`, tracking_categories: scribe.some('TrackingCategory', 1) },
    ...{ posting_status: random.chance(0.9) ? 'POSTED' : 'UNPOSTED', accounting_period: periodAt(scribe, at) },
    ...{ remote_created_at: moment(at), remote_updated_at: moment(at) },
  })
}
