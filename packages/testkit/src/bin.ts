import { main } from './tool/main.ts'

process.exit(await main(process.argv.slice(2)))
