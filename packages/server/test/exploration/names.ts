export const ACCOUNT_ID = 'account'
export const MODEL = 'hris.Employee'
