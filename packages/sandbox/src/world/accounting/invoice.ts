import type { SourceRecord } from '../category.ts'
import { day, midnight, moment } from '../dates.ts'
import { part, type Scribe } from '../scribe.ts'
import { periodAt } from './furnish.ts'
import { memos } from './words.ts'

/** An invoice with its lines and, when it was paid or begun to be, the payment. Amounts are whole cents until they are written. */
export function writeInvoice(scribe: Scribe, key: string, number: number, age: number): SourceRecord {
  const { random, today } = scribe
  const issued = today - age * day
  const contact = scribe.all('Contact').length > 0 ? random.pick(scribe.all('Contact')) : null
  const type = contact?.fields.is_supplier === true ? 'ACCOUNTS_PAYABLE' : 'ACCOUNTS_RECEIVABLE'
  const company = scribe.one('CompanyInfo')
  const lines = Array.from({ length: 1 + random.integer(3) }, (_, index) => lineOf(scribe, `${key}-line-${index + 1}`, company))
  const subTotal = lines.reduce((sum, line) => sum + line.cents, 0)
  const tax = Math.round(subTotal * 0.2)
  const total = subTotal + tax
  const draft = age === 0 || random.chance(0.05)
  const paid = draft ? 0 : age > 45 && random.chance(0.85) ? total : random.chance(0.3) ? Math.floor(total / 2) : 0
  const settled = Math.min(today, issued + (5 + random.integer(40)) * day)
  const payment = `${key}-payment-1`
  const invoice = scribe.write('Invoice', key, {
    ...{ type, contact: contact?.id ?? null, number: `${type === 'ACCOUNTS_PAYABLE' ? 'BILL' : 'INV'}-${10_000 + number}` },
    issue_date: midnight(issued),
    due_date: midnight(issued + 30 * day),
    paid_on_date: paid === total ? midnight(settled) : null,
    memo: random.pick(memos),
    ...{ company, currency: 'USD', exchange_rate: '1.000000', payment_term: scribe.one('PaymentTerm') },
    total_discount: 0,
    sub_total: subTotal / 100,
    status: draft ? 'DRAFT' : paid === total ? 'PAID' : paid > 0 ? 'PARTIALLY_PAID' : 'OPEN',
    total_tax_amount: tax / 100,
    total_amount: total / 100,
    balance: (total - paid) / 100,
    remote_updated_at: moment(paid > 0 ? settled : issued),
    tracking_categories: random.chance(0.4) ? scribe.some('TrackingCategory', 2) : [],
    accounting_period: periodAt(scribe, issued),
    payments: paid > 0 ? [scribe.id('Payment', payment)] : [],
    applied_payments: paid > 0 ? [scribe.id('Payment', `${payment}-line`)] : [],
    line_items: lines.map((line) => line.fields),
    inclusive_of_tax: false,
  })
  if (paid > 0) writePayment(scribe, payment, invoice, { cents: paid, at: settled })
  return invoice
}

function lineOf(scribe: Scribe, key: string, company: string | null) {
  const { random } = scribe
  const item = scribe.all('Item').length > 0 ? random.pick(scribe.all('Item')) : null
  const quantity = 1 + random.integer(12)
  const price = Math.round(Number(item?.fields.unit_price ?? 50) * 100)
  const fields = part({
    id: scribe.id('Invoice', key),
    remote_id: key,
    description: item?.fields.name ?? 'Various',
    unit_price: price / 100,
    quantity,
    total_amount: (price * quantity) / 100,
    ...{ employee: null, project: null, contact: null, currency: 'USD', exchange_rate: '1.000000', item: item?.id ?? null },
    account: item?.fields.sales_account ?? null,
    tax_rate: item?.fields.sales_tax_rate ?? null,
    ...{ tracking_category: null, tracking_categories: [], company, remote_was_deleted: false, is_billable: null },
    ...{ field_mappings: null, remote_fields: [] },
  })
  return { cents: price * quantity, fields }
}

function writePayment(scribe: Scribe, key: string, invoice: SourceRecord, paid: { cents: number; at: number }): void {
  const { contact, company, type, currency } = invoice.fields
  const applied = part({
    id: scribe.id('Payment', `${key}-line`),
    remote_id: `${key}-line`,
    applied_amount: `-${(paid.cents / 100).toFixed(6)}`,
    applied_date: midnight(paid.at),
    related_object_id: invoice.id,
    related_object_type: 'INVOICE',
  })
  scribe.write('Payment', key, {
    ...{ transaction_date: midnight(paid.at), contact, company, type, currency, exchange_rate: '1.000000' },
    account: scribe.all('Account').find((account) => account.fields.account_type === 'BANK')?.id ?? null,
    total_amount: paid.cents / 100,
    accounting_period: periodAt(scribe, paid.at),
    applied_to_lines: [applied],
    remote_updated_at: moment(paid.at),
  })
}
