import type { DescribedModel, ModelDefinition } from '../category.ts'
import { emptyModels, modelsOf } from '../define.ts'

const model = modelsOf('accounting')
const ofCompany = { company_id: 'company' }
const company = { company: 'accounting.CompanyInfo' }
const period = { accounting_period: 'accounting.AccountingPeriod' }
const tracking = { tracking_categories: 'accounting.TrackingCategory' }
const unmarked: Partial<ModelDefinition> = { unfiltered: true, without: ['remote_was_deleted'] }

/** In the order in which Merge's copy is filled. */
export const models: readonly DescribedModel[] = [
  model(
    'CompanyInfo',
    'company-info',
    'name legal_name tax_number fiscal_year_end_month fiscal_year_end_day currency remote_created_at urls[] addresses[] phone_numbers[]',
    { filters: { name: 'name' } },
  ),
  model('AccountingPeriod', 'accounting-periods', 'name status start_date end_date', unmarked),
  model('PaymentTerm', 'payment-terms', 'name is_active company days_until_due discount_days remote_last_modified_at', {
    ...unmarked,
    relations: company,
  }),
  model(
    'Account',
    'accounts',
    'name description classification type account_type status current_balance currency account_number parent_account company',
    {
      filters: { account_type: 'account_type', classification: 'classification', name: 'name', status: 'status', ...ofCompany },
      relations: company,
    },
  ),
  model('TaxRate', 'tax-rates', 'company code name description status country total_tax_rate effective_tax_rate tax_components[]', {
    filters: { name: 'name', ...ofCompany },
    relations: company,
  }),
  model('TrackingCategory', 'tracking-categories', 'name status category_type parent_category company', {
    filters: { category_type: 'category_type', name: 'name', status: 'status', ...ofCompany },
    relations: company,
    without: ['remote_data'],
  }),
  model(
    'Contact',
    'contacts',
    `name is_supplier is_customer email_address tax_number status currency remote_updated_at company addresses[] phone_numbers[]
    remote_fields[]`,
    {
      filters: {
        email_address: 'email_address',
        is_customer: 'is_customer',
        is_supplier: 'is_supplier',
        name: 'name',
        status: 'status',
        ...ofCompany,
      },
      relations: company,
    },
  ),
  model(
    'Item',
    'items',
    `name status type unit_price purchase_price purchase_account sales_account company purchase_tax_rate sales_tax_rate
    remote_updated_at`,
    {
      filters: { name: 'name', ...ofCompany },
      relations: {
        purchase_account: 'accounting.Account',
        purchase_tax_rate: 'accounting.TaxRate',
        sales_account: 'accounting.Account',
        sales_tax_rate: 'accounting.TaxRate',
        ...company,
      },
    },
  ),
  model(
    'Invoice',
    'invoices',
    `type contact number issue_date due_date paid_on_date memo company employee currency exchange_rate payment_term total_discount
    sub_total status total_tax_amount total_amount balance remote_updated_at tracking_categories[] accounting_period purchase_orders[]
    sales_orders[] payments[] applied_payments[] line_items[] applied_credit_notes[] applied_vendor_credits[] inclusive_of_tax
    remote_fields[]`,
    {
      filters: { contact_id: 'contact', number: 'number', status: 'status', type: 'type', ...ofCompany },
      ranges: { issue_date: 'issue_date' },
      relations: {
        contact: 'accounting.Contact',
        payment_term: 'accounting.PaymentTerm',
        payments: 'accounting.Payment',
        ...company,
        ...period,
        ...tracking,
      },
    },
  ),
  model(
    'Payment',
    'payments',
    `transaction_date contact account payment_method currency exchange_rate company total_amount type tracking_categories[]
    accounting_period applied_to_lines[] remote_updated_at remote_fields[]`,
    {
      filters: { account_id: 'account', contact_id: 'contact', ...ofCompany },
      ranges: { transaction_date: 'transaction_date' },
      relations: { account: 'accounting.Account', contact: 'accounting.Contact', ...company, ...period, ...tracking },
    },
  ),
  model(
    'Transaction',
    'transactions',
    `transaction_type number transaction_date account contact inclusive_of_tax total_amount currency exchange_rate company
    tracking_categories[] line_items[] accounting_period`,
    {
      filters: ofCompany,
      ranges: { transaction_date: 'transaction_date' },
      relations: { account: 'accounting.Account', contact: 'accounting.Contact', ...company, ...period, ...tracking },
    },
  ),
  model(
    'JournalEntry',
    'journal-entries',
    `transaction_date payments[] applied_payments[] memo currency exchange_rate company inclusive_of_tax lines[] journal_number
    tracking_categories[] posting_status accounting_period remote_created_at remote_updated_at remote_fields[]`,
    {
      filters: ofCompany,
      ranges: { transaction_date: 'transaction_date' },
      relations: { payments: 'accounting.Payment', ...company, ...period, ...tracking },
    },
  ),
  ...emptyModels('accounting', {
    AccountingAttachment: 'attachments',
    BalanceSheet: 'balance-sheets',
    BankFeedTransaction: 'bank-feed-transactions',
    CashFlowStatement: 'cash-flow-statements',
    CreditNote: 'credit-notes',
    Employee: 'employees',
    Expense: 'expenses',
    GeneralLedgerTransaction: 'general-ledger-transactions',
    IncomeStatement: 'income-statements',
    Project: 'projects',
    PurchaseOrder: 'purchase-orders',
    SalesOrder: 'sales-orders',
    VendorCredit: 'vendor-credits',
  }),
  ...emptyModels('accounting', { ExpenseReport: 'expense-reports' }).map((reports) => ({ ...reports, nested: ['lines'] })),
  ...emptyModels('accounting', {
    BankFeedAccount: 'bank-feed-accounts',
    ItemFulfillment: 'item-fulfillments',
    PaymentMethod: 'payment-methods',
  }).map((each) => ({ ...each, unfiltered: true })),
]
