import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { fetchModel } from './fetch-model.ts'
import { publishedModels } from './published-models.ts'

/** Folders of the models, or why there are none. */
export type ModelsForTests =
  | { readonly folders: Readonly<Record<keyof typeof publishedModels, string>> }
  | { readonly missing: string }

/**
 * The folders of all models. On a developer's machine that lacks a program to fetch them with, why
 * there are none, for the name of a skipped suite; where `CI` is set that is a failure.
 */
export async function modelsForTests(): Promise<ModelsForTests> {
  try {
    const [miniLm, bgeSmall] = await Promise.all([
      fetchModel(publishedModels.miniLm),
      fetchModel(publishedModels.bgeSmall),
    ])
    return { folders: { miniLm, bgeSmall } }
  } catch (error) {
    const lacking: string[] = []
    for (const [program, flag] of [
      ['mvn', '--version'],
      ['unzip', '-v'],
    ] as const) {
      if (!(await runs(program, flag))) lacking.push(program)
    }
    if (process.env.CI || lacking.length === 0) throw error
    return { missing: `no models: ${lacking.join(' and ')} not installed` }
  }
}

async function runs(program: string, flag: string): Promise<boolean> {
  try {
    await promisify(execFile)(program, [flag])
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
