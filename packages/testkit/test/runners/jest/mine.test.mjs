import { memoryStorage } from '@connect-integration/server/storage/memory'
import { describeStorage } from '@connect-integration/testkit'
import { jest, test } from '@jest/globals'
import { factoryOf } from '../factory.cjs'

jest.setTimeout(30_000)
describeStorage('mine', factoryOf(memoryStorage), { test })
