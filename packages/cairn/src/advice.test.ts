import { expect, test } from 'vitest'
import { advice } from './advice.ts'

test('nobody is told to delete a folder that may hold the database of another program', () => {
  expect(advice('STORE_CORRUPT', 'cairn')).toMatch(/^Use another folder/)
  expect(advice('STORE_CORRUPT', 'cairn')).not.toContain('data directory')
})

test('--wait is advised only for the command that has it', () => {
  expect(advice('STORE_LOCKED', 'cairn')).toContain('index --wait')
})
