import { inventCompany, inventPhone, type Place, places } from '../companies.ts'
import { day, midnight, moment } from '../dates.ts'
import { part, type Scribe } from '../scribe.ts'
import { accounts, items, paymentTerms, taxRates, trackingCategories } from './words.ts'

const periods = 30

/** What the books of a company rest on: the company, its periods, terms, accounts, taxes, tracking and what it sells. */
export function furnish(scribe: Scribe): void {
  const home = places[5]!
  const founded = moment(scribe.today - 2000 * day)
  const company = scribe.write('CompanyInfo', 'company-1', {
    name: scribe.organizationName,
    legal_name: `${scribe.organizationName} Holdings, Inc.`,
    tax_number: '84-5550142',
    fiscal_year_end_month: 12,
    fiscal_year_end_day: 31,
    currency: home.currency,
    remote_created_at: founded,
    urls: ['https://company.example'],
    addresses: [addressOf(home, 'BILLING')],
    phone_numbers: [part({ number: `${home.phone}0142`, type: 'OFFICE' })],
  }).id
  writePeriods(scribe)
  paymentTerms.forEach(([name, days_until_due, discount_days], index) => {
    const term = { name, is_active: true, company, days_until_due, discount_days, remote_last_modified_at: founded }
    scribe.write('PaymentTerm', `term-${index + 1}`, term)
  })
  for (const [account_number, name, classification, account_type] of accounts) {
    const balance = Math.round((scribe.random.next() - 0.2) * 20_000_000) / 100
    const kind = { classification, account_type, type: account_type ?? classification }
    const fields = { account_number, name, ...kind, status: 'ACTIVE', current_balance: balance, currency: home.currency, company }
    scribe.write('Account', `account-${account_number}`, fields)
  }
  for (const [code, name, rate] of taxRates) {
    const key = `tax-${code.toLowerCase()}`
    const component = { id: scribe.id('TaxRate', `${key}-component`), remote_id: `${key}-component`, name, rate: `${rate}.000000` }
    scribe.write('TaxRate', key, {
      ...{ company, code, name, status: 'ACTIVE', country: home.country, total_tax_rate: rate, effective_tax_rate: rate },
      tax_components: [part({ ...component, is_compound: false, component_type: 'SALES', remote_was_deleted: false })],
    })
  }
  let parent: string | null = null
  trackingCategories.forEach(([name, category_type], index) => {
    const top: boolean = !name.includes(':')
    const fields = { name, status: 'ACTIVE', category_type, parent_category: top ? null : parent, company }
    const { id } = scribe.write('TrackingCategory', `tracking-${index + 1}`, fields)
    if (top) parent = id
  })
  items.forEach(([name, type, unit_price, purchase_price], index) => {
    scribe.write('Item', `item-${index + 1}`, {
      ...{ name, status: 'ACTIVE', type, unit_price, purchase_price, company, remote_updated_at: founded },
      sales_account: scribe.id('Account', type === 'SERVICE' ? 'account-4100' : 'account-4000'),
      purchase_account: purchase_price === null ? null : scribe.id('Account', 'account-5000'),
      sales_tax_rate: scribe.id('TaxRate', 'tax-std'),
      purchase_tax_rate: purchase_price === null ? null : scribe.id('TaxRate', 'tax-std'),
    })
  })
}

export function writeContact(scribe: Scribe, index: number): void {
  const { random } = scribe
  const { name, domain, place } = inventCompany(random)
  const supplier = index % 4 === 0
  scribe.write('Contact', `contact-${index}`, {
    ...{ name, is_supplier: supplier, is_customer: !supplier || random.chance(0.2), status: 'ACTIVE', currency: place.currency },
    email_address: `accounts@${domain}`,
    tax_number: random.chance(0.6) ? `${place.country}${100_000_000 + random.integer(899_999_999)}` : null,
    remote_updated_at: moment(scribe.today - random.integer(300) * day),
    company: scribe.one('CompanyInfo'),
    addresses: [addressOf(place, 'BILLING')],
    phone_numbers: random.chance(0.7) ? [part({ number: inventPhone(place, random), type: 'OFFICE' })] : [],
  })
}

/** The period that a day belongs to; null for one before the books begin, or when the source has it no more. */
export function periodAt(scribe: Scribe, milliseconds: number): string | null {
  const date = midnight(milliseconds)
  return (
    scribe.all('AccountingPeriod').find(({ fields }) => String(fields.start_date) <= date && date <= String(fields.end_date))?.id ?? null
  )
}

/** Months, up to the one after this one. */
function writePeriods(scribe: Scribe): void {
  const now = new Date(scribe.today)
  for (let back = periods; back >= -1; back--) {
    const first = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)
    const last = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back + 1, 0)
    const name = new Date(first).toISOString().slice(0, 7)
    const fields = { name, status: back > 1 ? 'INACTIVE' : 'ACTIVE', start_date: midnight(first), end_date: midnight(last) }
    scribe.write('AccountingPeriod', `period-${name}`, fields)
  }
}

function addressOf({ street: street_1, city, state, zip: zip_code, country }: Place, type: 'BILLING' | 'SHIPPING') {
  return part({ type, street_1, street_2: null, city, state, country_subdivision: state, country, zip_code })
}
