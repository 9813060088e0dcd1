/*
 * Stands between the keychain module and Wine's Credential Manager. Windows filters entries with a wildcard at the beginning
 * of a name, too, which Wine does not, and one service of its own carries out the calls of all processes, where Wine lets
 * each change the registry under the others. OD_LINK_TEST_CREDENTIAL_ERROR is the number of the error that each call ends with:
 * Wine's own never refuses anything.
 * https://learn.microsoft.com/windows/win32/api/wincred/nf-wincred-credenumeratew
 */
#include <windows.h>
#include <wincred.h>
#include <shlwapi.h>
#include <stdlib.h>

/* Begins a call: waits for those of other processes. FALSE when it is refused. */
static BOOL begin(HANDLE *turn) {
  char number[16];
  DWORD length = GetEnvironmentVariableA("OD_LINK_TEST_CREDENTIAL_ERROR", number, sizeof number);
  if (length > 0 && length < sizeof number) {
    SetLastError(strtoul(number, NULL, 10));
    return FALSE;
  }
  *turn = CreateMutexW(NULL, FALSE, L"od-link-test-credentials");
  WaitForSingleObject(*turn, INFINITE);
  return TRUE;
}

/* Ends it, with its result and its error. */
static BOOL end(HANDLE turn, BOOL result) {
  DWORD error = GetLastError();
  ReleaseMutex(turn);
  CloseHandle(turn);
  SetLastError(error);
  return result;
}

BOOL WINAPI readEntry(LPCWSTR name, DWORD type, DWORD flags, PCREDENTIALW *entry) {
  HANDLE turn;
  return begin(&turn) && end(turn, CredReadW(name, type, flags, entry));
}

BOOL WINAPI writeEntry(PCREDENTIALW entry, DWORD flags) {
  HANDLE turn;
  return begin(&turn) && end(turn, CredWriteW(entry, flags));
}

BOOL WINAPI deleteEntry(LPCWSTR name, DWORD type, DWORD flags) {
  HANDLE turn;
  return begin(&turn) && end(turn, CredDeleteW(name, type, flags));
}

/* All entries in one block, as the caller frees them; those that match are moved to its beginning. */
BOOL WINAPI listEntries(LPCWSTR filter, DWORD flags, DWORD *count, PCREDENTIALW **entries) {
  DWORD all, matching = 0;
  HANDLE turn;
  if (!begin(&turn) || !end(turn, CredEnumerateW(NULL, flags, &all, entries))) return FALSE;
  for (DWORD index = 0; index < all; index++) {
    PCREDENTIALW entry = (*entries)[index];
    if (filter == NULL || PathMatchSpecW(entry->TargetName, filter)) (*entries)[matching++] = entry;
  }
  *count = matching;
  if (matching > 0) return TRUE;
  CredFree(*entries);
  SetLastError(ERROR_NOT_FOUND);
  return FALSE;
}
