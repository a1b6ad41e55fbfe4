/** A vendor that can be linked. */
export interface Integration {
  name: string
  slug: string
  /** A CSS color, as in Merge's catalog. */
  color: string
  categories: readonly string[]
  /** False: the catalog gives no picture, so that a frontend shows what it does without one. */
  hasLogo: boolean
}

/** The catalog. The logos are letters on tiles, drawn here; the vendors' own marks are theirs. */
export const integrations: readonly Integration[] = [
  vendor('hris ats', 'BambooHR', 'bamboohr', '#73C41D'),
  vendor('hris ats', 'Workday', 'workday', '#0875E1'),
  vendor('hris ats', 'Personio', 'personio', '#1A1A1A'),
  vendor('hris', 'HiBob', 'hibob', '#E42C51'),
  vendor('hris', 'Gusto', 'gusto', '#F45D48'),
  vendor('hris', 'ADP Workforce Now', 'adp-workforce-now', '#D0271D'),
  vendor('hris', 'Rippling', 'rippling', '#502D3C'),
  vendor('hris', 'Factorial', 'factorial', '#FF355E'),
  vendor('hris', 'UKG Pro', 'ukg-pro', '#005151'),
  vendor('hris', 'Deel', 'deel', '#15357A'),
  vendor('hris', 'SAP SuccessFactors', 'sap-successfactors', '#0070F2'),
  vendor('hris', 'Zoho People', 'zoho-people', '#E5252A'),
  { ...vendor('hris', 'Charlie & Söhne Personal', 'charlie-und-soehne', '#6B7280'), hasLogo: false },
  vendor('ats', 'Greenhouse', 'greenhouse', '#24A47F'),
  vendor('ats', 'Lever', 'lever', '#3A5BC7'),
  vendor('ats', 'Ashby', 'ashby', '#4B2E83'),
  vendor('ats', 'Workable', 'workable', '#0D7D5E'),
  vendor('ats', 'SmartRecruiters', 'smartrecruiters', '#0B5E3C'),
  vendor('crm', 'Salesforce', 'salesforce', '#0D9DDA'),
  vendor('crm', 'HubSpot', 'hubspot', '#FF5C35'),
  vendor('crm', 'Pipedrive', 'pipedrive', '#1F7A3D'),
  vendor('crm', 'Zoho CRM', 'zoho-crm', '#D9342B'),
  vendor('crm', 'Copper', 'copper', '#C2185B'),
  vendor('accounting', 'QuickBooks Online', 'quickbooks-online', '#2CA01C'),
  vendor('accounting', 'Xero', 'xero', '#13B5EA'),
  vendor('accounting', 'NetSuite', 'netsuite', '#3E5A74'),
  vendor('accounting', 'Sage Intacct', 'sage-intacct', '#0A7A3B'),
  vendor('accounting', 'FreshBooks', 'freshbooks', '#0B61D6'),
  vendor('accounting', 'Microsoft Dynamics 365 Business Central', 'dynamics-365-business-central', '#0B53CE'),
  vendor('ticketing', 'Jira', 'jira', '#2684FF'),
  vendor('ticketing', 'Zendesk', 'zendesk', '#03363D'),
  vendor('ticketing', 'Linear', 'linear', '#5E6AD2'),
  vendor('ticketing', 'Asana', 'asana', '#F06A6A'),
  vendor('ticketing', 'ServiceNow', 'servicenow', '#2F7D5B'),
  vendor('ticketing', 'Freshdesk', 'freshdesk', '#1E8E5A'),
  vendor('filestorage', 'Google Drive', 'google-drive', '#1A73E8'),
  vendor('filestorage', 'Dropbox', 'dropbox', '#0061FF'),
  vendor('filestorage', 'Box', 'box', '#0B5ED7'),
  vendor('filestorage', 'OneDrive', 'onedrive', '#0F6CBD'),
  vendor('filestorage knowledgebase', 'SharePoint', 'sharepoint', '#036C70'),
  vendor('knowledgebase', 'Notion', 'notion', '#1F1F1F'),
  vendor('knowledgebase', 'Confluence', 'confluence', '#1868DB'),
  vendor('knowledgebase', 'Guru', 'guru', '#2C66DD'),
  vendor('knowledgebase', 'Zendesk Guide', 'zendesk-guide', '#17494D'),
  vendor('chat', 'Slack', 'slack', '#4A154B'),
  vendor('chat', 'Microsoft Teams', 'microsoft-teams', '#5059C9'),
  vendor('chat', 'Google Chat', 'google-chat', '#0B8043'),
  vendor('email', 'Gmail', 'gmail', '#C5221F'),
  vendor('email', 'Outlook Mail', 'outlook-mail', '#0F6CBD'),
  vendor('email', 'Zoho Mail', 'zoho-mail', '#C8202B'),
  vendor('calendar', 'Google Calendar', 'google-calendar', '#1967D2'),
  vendor('calendar', 'Outlook Calendar', 'outlook-calendar', '#0F6CBD'),
  vendor('calendar', 'Zoho Calendar', 'zoho-calendar', '#226DB4'),
]

/** The one with this slug that serves one of these categories; null when there is none. */
export function findIntegration(slug: string, categories: readonly string[]): Integration | null {
  return integrations.find((each) => each.slug === slug && each.categories.some((category) => categories.includes(category))) ?? null
}

/** Where the sandbox serves its logo; null when it has none. `origin` is the one the caller reached the sandbox under. */
export function logoUrl(integration: Integration, origin: string): string | null {
  return integration.hasLogo ? `${origin}/logos/${integration.slug}.svg` : null
}

/** A tile in the integration's color with its first letter; null for an unknown slug. */
export function drawLogo(slug: string): string | null {
  const integration = integrations.find((each) => each.slug === slug && each.hasLogo)
  if (!integration) return null
  const letter = integration.name[0]!
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">',
    `<rect width="64" height="64" rx="14" fill="${integration.color}"/>`,
    `<circle cx="52" cy="12" r="20" fill="#fff" opacity=".14"/>`,
    `<text x="32" y="43" text-anchor="middle" font-family="system-ui,sans-serif" font-size="32" font-weight="700" fill="#fff">${letter}</text>`,
    '</svg>',
  ].join('')
}

function vendor(categories: string, name: string, slug: string, color: string): Integration {
  return { name, slug, color, categories: categories.split(' '), hasLogo: true }
}
