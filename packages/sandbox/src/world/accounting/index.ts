import type { Category } from '../category.ts'
import { inventPhone, places } from '../companies.ts'
import { moment } from '../dates.ts'
import { defineCategory } from '../define.ts'
import { part } from '../scribe.ts'
import { writeJournalEntry, writeTransaction } from './entries.ts'
import { furnish, writeContact } from './furnish.ts'
import { writeInvoice } from './invoice.ts'
import { models } from './models.ts'
import { memos } from './words.ts'

/** The books of one company. Every invoice, tax, payment and journal entry adds up. */
export const accounting: Category = defineCategory({
  name: 'accounting',
  main: 'Invoice',
  labels: { change: 'Change an invoice', add: 'Issue an invoice', remove: 'Delete an invoice' },
  models,
  populate(scribe, size) {
    furnish(scribe)
    for (let index = 1; index <= Math.max(4, Math.ceil(size / 8)); index++) writeContact(scribe, index)
    for (let index = 1; index <= size; index++) {
      writeInvoice(scribe, `invoice-${index}`, index, 1 + Math.floor(scribe.random.next() ** 2 * 690))
    }
    for (let index = 1; index <= Math.ceil(size / 5); index++) writeTransaction(scribe, index)
    for (let index = 1; index <= Math.ceil(size / 10); index++) writeJournalEntry(scribe, index)
  },
  add: (scribe, key) => writeInvoice(scribe, key, 90_000 + scribe.all('Invoice').length, 0),
  edits: {
    Invoice: (random, number) => ({ memo: `${random.pick(memos) ?? 'Corrected'} (${number})`, remote_updated_at: edited(number) }),
    Contact: (random, number) => ({
      tax_number: `TX-${number}`,
      phone_numbers: [part({ number: inventPhone(random.pick(places), random), type: 'MOBILE' })],
    }),
    Payment: (_random, number) => ({ remote_updated_at: edited(number) }),
    Item: (_random, number) => ({ unit_price: number / 10 }),
    Account: (_random, number) => ({ description: `Reviewed in audit ${number}`, current_balance: number * 3 }),
    Transaction: (_random, number) => ({ number: `T-${number}` }),
    JournalEntry: (_random, number) => ({ memo: `Corrected by entry ${number}` }),
    CompanyInfo: (_random, number) => ({ tax_number: `TX-${number}` }),
    TaxRate: (_random, number) => ({ description: `By decree ${number}` }),
  },
})

/** A moment that differs from one edit to the next. */
function edited(number: number): string {
  return moment(1_760_000_000_000 + number * 60_000)
}
