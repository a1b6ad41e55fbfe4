/** A chart of accounts and what is bought and sold. Pure data. */

/** Number, name, classification, type. */
export const accounts = [
  ['1000', 'Checking', 'ASSET', 'BANK'],
  ['1010', 'Savings', 'ASSET', 'BANK'],
  ['1100', 'Accounts receivable', 'ASSET', 'ACCOUNTS_RECEIVABLE'],
  ['1200', 'Inventory', 'ASSET', 'OTHER_CURRENT_ASSET'],
  ['1500', 'Equipment', 'ASSET', 'FIXED_ASSET'],
  ['2000', 'Accounts payable', 'LIABILITY', 'ACCOUNTS_PAYABLE'],
  ['2050', 'Company card', 'LIABILITY', 'CREDIT_CARD'],
  ['2200', 'Sales tax payable', 'LIABILITY', 'OTHER_CURRENT_LIABILITY'],
  ['2700', 'Bank loan', 'LIABILITY', 'LONG_TERM_LIABILITY'],
  ['3000', 'Owners’ equity', 'EQUITY', null],
  ['4000', 'Sales', 'REVENUE', 'OTHER_INCOME'],
  ['4100', 'Services', 'REVENUE', 'OTHER_INCOME'],
  ['5000', 'Cost of goods sold', 'EXPENSE', 'COST_OF_GOODS_SOLD'],
  ['6000', 'Rent', 'EXPENSE', 'OTHER_EXPENSE'],
  ['6100', 'Software & subscriptions', 'EXPENSE', 'OTHER_EXPENSE'],
  ['6200', 'Travel', 'EXPENSE', 'OTHER_EXPENSE'],
  ['6300', 'Bank fees', 'EXPENSE', 'OTHER_EXPENSE'],
] as const

/** Code, name, per cent. */
export const taxRates = [
  ['STD', 'Standard rate', 20],
  ['RED', 'Reduced rate', 7],
  ['ZERO', 'Zero rated', 0],
] as const

/** Parent first; name and type. */
export const trackingCategories = [
  ['Region', 'CLASS'],
  ['Region: Americas', 'CLASS'],
  ['Region: Europa', 'CLASS'],
  ['Department', 'DEPARTMENT'],
  ['Department: Sales', 'DEPARTMENT'],
  ['Department: R&D', 'DEPARTMENT'],
] as const

/** Name, days until due, days for a discount. */
export const paymentTerms = [
  ['Due on receipt', 0, null],
  ['Net 14', 14, null],
  ['Net 30', 30, null],
  ['2/10 Net 30', 30, 10],
] as const

/** Name, type, what it is sold for, what it is bought for. */
export const items = [
  ['Consulting, per hour', 'SERVICE', 140, null],
  ['Onboarding package', 'SERVICE', 2400, null],
  ['Annual licence', 'NON_INVENTORY', 5400, null],
  ['Sensor, 4-pack', 'INVENTORY', 189.9, 92.35],
  ['Gateway “Mini”', 'INVENTORY', 249, 131.5],
  ['Montageset Größe L', 'INVENTORY', 34.95, 12.8],
  ['Extended warranty', 'NON_INVENTORY', 79, null],
  ['Freight', 'UNKNOWN', 25, 19],
] as const

export const memos = [
  'Thank you for your business!',
  'See contract of last spring',
  'Zahlbar ohne Abzug',
  'Partial delivery, rest to follow 📦',
  null,
]
