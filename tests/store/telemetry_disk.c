/* A disk that tells what it was asked to keep, and that can be full. For tests; see telemetry_disk.py.
 *
 * Loaded before the C library (LD_PRELOAD). Of files below DISK_ROOT every change is written to DISK_TRACE, in order:
 * what was written where, which names came and went, and which sync began and ended. From that a test can tell what
 * would be left after a power cut at any place. While the file DISK_FULL exists, whatever needs space fails with ENOSPC
 * where the path contains the text in that file.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST 4096
#define REAL(type, name, ...) static type (*real_##name)(__VA_ARGS__); \
  if (!real_##name) real_##name = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *watched[MOST]; /* by handle: the path below the root, without the root */
static int trace = -1;

static const char *root(void) { return getenv("DISK_ROOT"); }

/* The path below the root, or NULL where it is not below it. Paths of the tests are absolute and without links. */
static const char *below(const char *path) {
  const char *top = root();
  size_t length = top ? strlen(top) : 0;
  if (!length || !path || strncmp(path, top, length) || (path[length] && path[length] != '/')) return NULL;
  return path[length] ? path + length + 1 : ".";
}

static const char *of_handle(int handle) { return handle >= 0 && handle < MOST ? watched[handle] : NULL; }

static void all_written(const void *bytes, size_t count) {
  REAL(ssize_t, write, int, const void *, size_t);
  while (count) {
    ssize_t done = real_write(trace, bytes, count);
    if (done <= 0) abort();
    bytes = (const char *)bytes + done;
    count -= done;
  }
}

static void say(const char *form, ...) {
  char line[1024];
  va_list values;
  if (!getenv("DISK_TRACE")) return;
  REAL(int, open64, const char *, int, ...);
  if (trace < 0) trace = real_open64(getenv("DISK_TRACE"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  va_start(values, form);
  int length = vsnprintf(line, sizeof line, form, values);
  va_end(values);
  if (trace < 0 || length >= (int)sizeof line) abort();
  all_written(line, length);
}

static unsigned long inode(int handle) {
  struct stat found;
  return fstat(handle, &found) ? 0 : (unsigned long)found.st_ino;
}

static int is_full(const char *path) {
  char text[256];
  const char *control = getenv("DISK_FULL");
  if (!control || !path) return 0;
  REAL(int, open64, const char *, int, ...);
  int handle = real_open64(control, O_RDONLY | O_CLOEXEC);
  if (handle < 0) return 0;
  ssize_t length = read(handle, text, sizeof text - 1);
  close(handle);
  text[length > 0 ? length : 0] = 0;
  if (!strstr(path, text)) return 0;
  errno = ENOSPC;
  return 1;
}

/* --- names --- */

static int opened(const char *path, int flags, mode_t mode) {
  REAL(int, open64, const char *, int, ...);
  const char *name = below(path);
  if (!name) return real_open64(path, flags, mode);
  pthread_mutex_lock(&lock);
  int is_new = (flags & O_CREAT) && access(path, F_OK);
  int handle = is_new && is_full(name) ? -1 : real_open64(path, flags, mode);
  if (handle >= 0 && handle < MOST) {
    watched[handle] = strdup(name);
    if (is_new) say("C %lu %s\n", inode(handle), name);
    else if (flags & O_TRUNC) say("T %lu 0\n", inode(handle));
  }
  pthread_mutex_unlock(&lock);
  return handle;
}

#define OPENS(name) int name(const char *path, int flags, ...) { \
  va_list more; va_start(more, flags); mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0; \
  va_end(more); return opened(path, flags, mode); }
OPENS(open)
OPENS(open64)
int __open_2(const char *path, int flags) { return opened(path, flags, 0); }
int __open64_2(const char *path, int flags) { return opened(path, flags, 0); }

static int opened_at(int folder, const char *path, int flags, mode_t mode) {
  REAL(int, openat64, int, const char *, int, ...);
  if (folder == AT_FDCWD || path[0] == '/') return opened(path, flags, mode);
  return real_openat64(folder, path, flags, mode);
}

#define OPENS_AT(name) int name(int folder, const char *path, int flags, ...) { \
  va_list more; va_start(more, flags); mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0; \
  va_end(more); return opened_at(folder, path, flags, mode); }
OPENS_AT(openat)
OPENS_AT(openat64)

int close(int handle) {
  REAL(int, close, int);
  if (handle >= 0 && handle < MOST && watched[handle]) {
    pthread_mutex_lock(&lock);
    free(watched[handle]);
    watched[handle] = NULL;
    int done = real_close(handle);
    pthread_mutex_unlock(&lock);
    return done;
  }
  return real_close(handle);
}

int rename(const char *from, const char *to) {
  REAL(int, rename, const char *, const char *);
  const char *old = below(from), *new = below(to);
  pthread_mutex_lock(&lock);
  int done = is_full(new) ? -1 : real_rename(from, to);
  if (!done && old && new) say("R %s\t%s\n", old, new);
  pthread_mutex_unlock(&lock);
  return done;
}

int unlink(const char *path) {
  REAL(int, unlink, const char *);
  pthread_mutex_lock(&lock);
  int done = real_unlink(path);
  if (!done && below(path)) say("U %s\n", below(path));
  pthread_mutex_unlock(&lock);
  return done;
}

int mkdir(const char *path, mode_t mode) {
  REAL(int, mkdir, const char *, mode_t);
  pthread_mutex_lock(&lock);
  int done = is_full(below(path)) ? -1 : real_mkdir(path, mode);
  if (!done && below(path)) say("M %s\n", below(path));
  pthread_mutex_unlock(&lock);
  return done;
}

/* --- contents --- */

static ssize_t told(int handle, off_t at, const struct iovec *parts, int count, ssize_t done) {
  if (done > 0) {
    say("W %lu %lld %zd\n", inode(handle), (long long)at, done);
    ssize_t left = getenv("DISK_TRACE") ? done : 0;
    for (int part = 0; part < count && left > 0; part++) {
      size_t size = (size_t)left < parts[part].iov_len ? (size_t)left : parts[part].iov_len;
      all_written(parts[part].iov_base, size);
      left -= size;
    }
  }
  return done;
}

#define WRITES(call, at) \
  if (!of_handle(handle)) return call; \
  pthread_mutex_lock(&lock); \
  ssize_t done = is_full(of_handle(handle)) ? -1 : (call); \
  int error = errno; \
  done = told(handle, at, parts, count, done); \
  pthread_mutex_unlock(&lock); \
  errno = error; \
  return done

ssize_t writev(int handle, const struct iovec *parts, int count) {
  REAL(ssize_t, writev, int, const struct iovec *, int);
  WRITES(real_writev(handle, parts, count), lseek(handle, 0, SEEK_CUR) - done);
}

ssize_t write(int handle, const void *bytes, size_t size) {
  REAL(ssize_t, write, int, const void *, size_t);
  struct iovec parts[1] = {{(void *)bytes, size}};
  int count = 1;
  WRITES(real_write(handle, bytes, size), lseek(handle, 0, SEEK_CUR) - done);
}

static ssize_t written_at(int handle, const void *bytes, size_t size, off_t at) {
  REAL(ssize_t, pwrite64, int, const void *, size_t, off_t);
  struct iovec parts[1] = {{(void *)bytes, size}};
  int count = 1;
  WRITES(real_pwrite64(handle, bytes, size, at), at);
}
ssize_t pwrite(int handle, const void *bytes, size_t size, off_t at) { return written_at(handle, bytes, size, at); }
ssize_t pwrite64(int handle, const void *bytes, size_t size, off_t at) { return written_at(handle, bytes, size, at); }

static int cut(int handle, off_t size) {
  REAL(int, ftruncate64, int, off_t);
  pthread_mutex_lock(&lock);
  int done = real_ftruncate64(handle, size);
  if (!done && of_handle(handle)) say("T %lu %lld\n", inode(handle), (long long)size);
  pthread_mutex_unlock(&lock);
  return done;
}
int ftruncate(int handle, off_t size) { return cut(handle, size); }
int ftruncate64(int handle, off_t size) { return cut(handle, size); }

/* --- syncs --- */

static int synced(int handle, int (*call)(int)) {
  char name[512] = "";
  struct stat found;
  if (!of_handle(handle) || fstat(handle, &found)) return call(handle);
  pthread_mutex_lock(&lock);
  strncpy(name, of_handle(handle), sizeof name - 1);
  if (S_ISDIR(found.st_mode)) say("D %lu %s\n", pthread_self(), name);
  else say("S %lu %lu\n", pthread_self(), (unsigned long)found.st_ino);
  pthread_mutex_unlock(&lock);
  int done = is_full(name) ? -1 : call(handle);
  if (!done) {
    pthread_mutex_lock(&lock);
    say("E %lu\n", pthread_self());
    pthread_mutex_unlock(&lock);
  }
  return done;
}

int fsync(int handle) {
  REAL(int, fsync, int);
  return synced(handle, real_fsync);
}

int fdatasync(int handle) {
  REAL(int, fdatasync, int);
  return synced(handle, real_fdatasync);
}
