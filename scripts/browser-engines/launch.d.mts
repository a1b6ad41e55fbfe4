import type { Browser, BrowserType, LaunchOptions } from 'playwright'

/** See launch.mjs. */
export function launch(engine: BrowserType, options: LaunchOptions): Promise<Browser>
