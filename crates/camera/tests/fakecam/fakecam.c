/* A webcam without hardware: an LD_PRELOAD library that answers V4L2 calls on /dev/video0.
 *
 *   cc -shared -fPIC -o fakecam.so fakecam.c -ldl
 *   FAKECAM=small.jpg FAKECAM_STILL=large.jpg LD_PRELOAD=./fakecam.so program
 *
 * It offers MJPEG at 1280x720 (showing FAKECAM) and at 1920x1080 (showing FAKECAM_STILL), 30 frames a second, and, as
 * drivers do, leaves stale bytes behind the end of each JPEG. While the file named by FAKECAM_UNPLUG exists the camera
 * is unplugged; while the one named by FAKECAM_FREEZE exists, waiting for a frame never ends. Two seconds of frozen
 * driver and a replug are what real cameras do at times; no test can ask that of a real one. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define BUFFERS 4
#define LENGTH (4 << 20) /* a frame of 1920x1080 with two bytes a pixel, and whole pages */

static int camera = -1, memory = -1, fps = 30, width = 1280, height = 720;
static int requested, queue[BUFFERS], queued;
static uint32_t sequence;
static char *map;
static long (*real_syscall)(long, ...);
static void *(*real_mmap)(void *, size_t, int, int, int, off64_t);
static int (*real_open)(const char *, int, ...);

__attribute__((constructor)) static void resolve(void) {
  real_syscall = dlsym(RTLD_NEXT, "syscall");
  real_mmap = dlsym(RTLD_NEXT, "mmap64");
  real_open = dlsym(RTLD_NEXT, "open64");
}

static int named_file_exists(const char *variable) {
  const char *name = getenv(variable);
  return name && !access(name, F_OK);
}

static int open_camera(const char *path, int flags, int mode) {
  if (!real_open) resolve();
  if (!strcmp(path, "/sys/class/video4linux/video0/name")) {
    int name = memfd_create("name", 0);
    if (write(name, "Shim Camera\n", 12) != 12) return -1;
    lseek(name, 0, SEEK_SET);
    return name;
  }
  if (strcmp(path, "/dev/video0")) return real_open(path, flags, mode);
  if (named_file_exists("FAKECAM_UNPLUG")) { errno = ENODEV; return -1; }
  camera = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  memory = memfd_create("frames", 0);
  if (ftruncate(memory, (off_t)LENGTH * BUFFERS)) return -1;
  map = real_mmap(0, (size_t)LENGTH * BUFFERS, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  requested = queued = 0;
  return camera;
}

int open(const char *path, int flags, ...) {
  va_list rest; va_start(rest, flags); int mode = va_arg(rest, int); va_end(rest);
  return open_camera(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  va_list rest; va_start(rest, flags); int mode = va_arg(rest, int); va_end(rest);
  return open_camera(path, flags, mode);
}
void *mmap64(void *start, size_t length, int protection, int flags, int fd, off64_t offset) {
  if (!real_mmap) resolve();
  return real_mmap(start, length, protection, flags, camera >= 0 && fd == camera ? memory : fd, offset);
}
void *mmap(void *start, size_t length, int protection, int flags, int fd, off_t offset) {
  return mmap64(start, length, protection, flags, fd, offset);
}

static void describe(struct v4l2_format *format) {
  format->fmt.pix.width = width;
  format->fmt.pix.height = height;
  format->fmt.pix.pixelformat = V4L2_PIX_FMT_MJPEG;
  format->fmt.pix.field = V4L2_FIELD_NONE;
  format->fmt.pix.sizeimage = LENGTH;
  format->fmt.pix.colorspace = V4L2_COLORSPACE_SRGB;
}

static int fill(struct v4l2_buffer *buffer) {
  while (named_file_exists("FAKECAM_FREEZE")) usleep(20000);
  if (named_file_exists("FAKECAM_UNPLUG")) return ENODEV;
  uint64_t ticks;
  if (!queued || read(camera, &ticks, 8) != 8) return EAGAIN;
  int index = queue[0];
  memmove(queue, queue + 1, --queued * sizeof *queue);
  char *target = map + (size_t)index * LENGTH;
  const char *name = getenv(width > 1280 ? "FAKECAM_STILL" : "FAKECAM");
  int file = name ? real_open(name, O_RDONLY) : -1;
  if (file < 0) return EIO;
  ssize_t size = read(file, target, LENGTH - 4096);
  close(file);
  if (size < 4096) return EIO;
  memcpy(target + size, target + size / 2, 2000); /* stale bytes */
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  buffer->index = index;
  buffer->bytesused = size;
  buffer->sequence = sequence += ticks;
  buffer->timestamp.tv_sec = now.tv_sec;
  buffer->timestamp.tv_usec = now.tv_nsec / 1000;
  buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  return 0;
}

static int answer(uint32_t request, void *data) {
  if (named_file_exists("FAKECAM_UNPLUG")) return ENODEV;
  switch (request) {
  case (uint32_t)VIDIOC_QUERYCAP: {
    struct v4l2_capability *c = data;
    memset(c, 0, sizeof *c);
    strcpy((char *)c->driver, "fakecam");
    strcpy((char *)c->card, "Shim Camera");
    strcpy((char *)c->bus_info, "shim:0");
    c->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
    c->capabilities = c->device_caps | V4L2_CAP_DEVICE_CAPS;
    return 0;
  }
  case (uint32_t)VIDIOC_ENUM_FMT: {
    struct v4l2_fmtdesc *f = data;
    if (f->index) return EINVAL;
    f->pixelformat = V4L2_PIX_FMT_MJPEG;
    strcpy((char *)f->description, "Motion-JPEG");
    f->flags = V4L2_FMT_FLAG_COMPRESSED;
    return 0;
  }
  case (uint32_t)VIDIOC_ENUM_FRAMESIZES: {
    struct v4l2_frmsizeenum *s = data;
    if (s->index > 1) return EINVAL;
    s->type = V4L2_FRMSIZE_TYPE_DISCRETE;
    s->discrete.width = s->index ? 1920 : 1280;
    s->discrete.height = s->index ? 1080 : 720;
    return 0;
  }
  case (uint32_t)VIDIOC_ENUM_FRAMEINTERVALS: {
    struct v4l2_frmivalenum *i = data;
    if (i->index) return EINVAL;
    i->type = V4L2_FRMIVAL_TYPE_DISCRETE;
    i->discrete.numerator = 1;
    i->discrete.denominator = 30;
    return 0;
  }
  case (uint32_t)VIDIOC_S_FMT:
    if (requested) return EBUSY;
    /* fall through */
  case (uint32_t)VIDIOC_TRY_FMT: {
    struct v4l2_format *f = data;
    int large = f->fmt.pix.width > 1280;
    int w = width, h = height;
    width = large ? 1920 : 1280;
    height = large ? 1080 : 720;
    describe(f);
    if (request == (uint32_t)VIDIOC_TRY_FMT) { width = w; height = h; }
    return 0;
  }
  case (uint32_t)VIDIOC_G_FMT: describe(data); return 0;
  case (uint32_t)VIDIOC_S_PARM:
  case (uint32_t)VIDIOC_G_PARM: {
    struct v4l2_streamparm *p = data;
    p->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
    p->parm.capture.timeperframe.numerator = 1;
    p->parm.capture.timeperframe.denominator = fps;
    return 0;
  }
  case (uint32_t)VIDIOC_REQBUFS: {
    struct v4l2_requestbuffers *r = data;
    requested = r->count = r->count > BUFFERS ? BUFFERS : r->count;
    queued = 0;
    return 0;
  }
  case (uint32_t)VIDIOC_QUERYBUF: {
    struct v4l2_buffer *b = data;
    b->length = LENGTH;
    b->m.offset = b->index * LENGTH;
    return 0;
  }
  case (uint32_t)VIDIOC_QBUF: {
    struct v4l2_buffer *b = data;
    if ((int)b->index >= requested || queued >= BUFFERS) return EINVAL;
    queue[queued++] = b->index;
    return 0;
  }
  case (uint32_t)VIDIOC_DQBUF: return fill(data);
  case (uint32_t)VIDIOC_STREAMON:
  case (uint32_t)VIDIOC_STREAMOFF: {
    int on = request == (uint32_t)VIDIOC_STREAMON;
    long gap = on ? 1000000000 / fps : 0;
    struct itimerspec timer = {{0, gap}, {0, gap}};
    timerfd_settime(camera, 0, &timer, 0);
    if (!on) queued = 0;
    return 0;
  }
  case (uint32_t)VIDIOC_QUERY_EXT_CTRL: return EINVAL;
  default: return ENOTTY;
  }
}

long syscall(long number, ...) {
  va_list rest; va_start(rest, number);
  long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long);
  long d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
  va_end(rest);
  if (!real_syscall) resolve();
  if (number == SYS_ioctl && camera >= 0 && (int)a == camera) {
    int error = answer((uint32_t)b, (void *)c);
    if (error) { errno = error; return -1; }
    return 0;
  }
  return real_syscall(number, a, b, c, d, e, f);
}
