import { measure, report } from '../support/measure.ts'

// Imports the package named, and tells what that cost this process. Argument: the specifier.
const specifier = process.argv[2] ?? ''
const before = process.memoryUsage.rss()
const cost = await measure(() => import(specifier))
report({ ...cost, rssBytes: process.memoryUsage.rss() - before })
