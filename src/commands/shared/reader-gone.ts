import { OdLinkError } from '../../errors.ts'

/** Ends a transfer whose reader has gone (`od-link download /f - | head -c 1000`); nobody reads an error then. */
export class ReaderGone extends OdLinkError {
  constructor() {
    super('interrupted', 'The reader of the output has gone.')
  }
}
