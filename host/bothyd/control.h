/*
 * Limits of the control socket, known to both ends: u32 length (little-endian), then a JSON
 * document. Request: {"command": "bot.pause", "args": {…}}. Answer: {"code": 0, "result": …} or
 * {"code": N, "error": "text"}, where N is an exit code of bothyctl.
 */
#ifndef BOTHY_BOTHYD_CONTROL_H
#define BOTHY_BOTHYD_CONTROL_H

#define CONTROL_REQUEST_MAX 65536
#define CONTROL_FRAME_MAX   (64 * 1024 * 1024)

#endif
