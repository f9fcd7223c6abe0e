/* A farm of SNMP agents: one process answers v2c and v3 requests to any address of 127.0.0.0/8 as a switch would.
 *
 * farm PORTS prints the UDP port it listens at and answers until it is ended. It listens on the loopback interface
 * alone. Every binding stands ready as bytes; those that move are made anew once a second, so that the farm costs less
 * than those who ask. v2c: community "public". v3: user "bench", HMAC-192-SHA-256 and AES-128 (RFC 7860, RFC 3826),
 * pass phrases "authentication" and "encryption", an engine of its own at each address.
 *
 * The second octet of the address says how an agent behaves: 200 never answers, 201 answers after four seconds, 202
 * repeats its last answer 5,000 times a second once it was asked, 203 sends 60 kB of garbage a second once asked.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

typedef uint8_t byte;

enum { INTEGER = 0x02, OCTETS = 0x04, OID = 0x06, SEQUENCE = 0x30 };
enum { COUNTER32 = 0x41, GAUGE32 = 0x42, TICKS = 0x43, COUNTER64 = 0x46 };
enum { NO_SUCH_INSTANCE = 0x81, END_OF_VIEW = 0x82 };
enum { GET = 0xa0, GET_NEXT = 0xa1, RESPONSE = 0xa2, GET_BULK = 0xa5, REPORT = 0xa8 };
enum { MOST_NAMES = 256, MOST_BULK_BYTES = 1400, MESSAGE = 16384, AT_ONCE = 64, WAITING = 4096 };
enum { SILENT = 200, SLOW = 201, FLOODING = 202, BABBLING = 203 };
enum { TICK_MS = 10, SLOW_MS = 4000, FLOOD_A_TICK = 50, GARBAGE_A_TICK = 600, WINDOW_SECONDS = 150 };
enum { BOOTS = 1, DIGEST = 24, ENGINE_ID = 9, AUTHENTICATED = 1, ENCRYPTED = 2, REPORTABLE = 4 };

static const char COMMUNITY[] = "public", USER[] = "bench";
static const char AUTHENTICATION[] = "authentication", ENCRYPTION[] = "encryption";

/* ---- reading and writing BER ---- */

typedef struct {
    const byte *at, *end;
} Span;

/* The next element's tag and content; false when there is none that fits. */
static bool take(Span *from, byte *tag, Span *content) {
    if (from->end - from->at < 2) return false;
    *tag = *from->at++;
    size_t size = *from->at++;
    if (size & 0x80) {
        int more = size & 0x7f;
        if (more == 0 || more > 2 || from->end - from->at < more) return false;
        for (size = 0; more; more--) size = size << 8 | *from->at++;
    }
    if ((size_t)(from->end - from->at) < size) return false;
    content->at = from->at;
    content->end = from->at += size;
    return true;
}

static bool take_as(Span *from, byte wanted, Span *content) {
    byte tag;
    return take(from, &tag, content) && tag == wanted;
}

static size_t length(Span span) { return span.end - span.at; }

static bool take_number(Span *from, long *value) {
    Span content;
    if (!take_as(from, INTEGER, &content) || length(content) < 1 || length(content) > 5) return false;
    for (*value = *content.at & 0x80 ? -1 : 0; content.at < content.end;) *value = *value * 256 + *content.at++;
    return true;
}

/* Messages are written from their end to their beginning, so that every length is known when it is written. */
typedef struct {
    byte *at, *end;
} Writer;

static void put(Writer *to, const void *bytes, size_t size) { memcpy(to->at -= size, bytes, size); }

static void put_header(Writer *to, byte tag, const byte *end) {
    size_t size = end - to->at;
    if (size < 0x80) {
        *--to->at = size;
    } else {
        int octets = 0;
        for (; size; size >>= 8, octets++) *--to->at = size;
        *--to->at = 0x80 | octets;
    }
    *--to->at = tag;
}

static void put_element(Writer *to, byte tag, const void *bytes, size_t size) {
    const byte *end = to->at;
    put(to, bytes, size);
    put_header(to, tag, end);
}

static void put_number(Writer *to, byte tag, uint64_t value) {
    const byte *end = to->at;
    do *--to->at = value;
    while (value >>= 8);
    if (*to->at & 0x80) *--to->at = 0;
    put_header(to, tag, end);
}

/* ---- what an agent offers ---- */

typedef struct {
    byte oid[24];
    int oid_size;
    byte tag;
    uint64_t first, rate; /* of numbers: value at the start, increase a second */
    char text[64];
    byte binding[112];
    int size;
} Row;

static Row *rows;
static int row_count;

static int encode_oid(const char *text, byte *into) {
    int size = 0;
    for (int place = 0; *text; place++) {
        unsigned long arc = strtoul(text, (char **)&text, 10);
        if (*text == '.') text++;
        if (place == 0) continue; /* every OID here begins with 1.3 */
        if (place == 1) arc += 40;
        int shift = 28;
        while (shift && !(arc >> shift)) shift -= 7;
        for (; shift; shift -= 7) into[size++] = 0x80 | (arc >> shift & 0x7f);
        into[size++] = arc & 0x7f;
    }
    return size;
}

static int compare(const byte *one, int one_size, const byte *other, int other_size) {
    int order = memcmp(one, other, one_size < other_size ? one_size : other_size);
    return order ? order : one_size - other_size;
}

static int compare_rows(const void *one, const void *other) {
    const Row *first = one, *second = other;
    return compare(first->oid, first->oid_size, second->oid, second->oid_size);
}

static void make_binding(Row *row, uint64_t second) {
    byte room[160];
    Writer to = {room + sizeof room, room + sizeof room};
    if (row->tag == OCTETS) {
        put_element(&to, OCTETS, row->text, strlen(row->text));
    } else if (row->tag == OID) {
        byte oid[24];
        put_element(&to, OID, oid, encode_oid(row->text, oid));
    } else {
        uint64_t value = row->first + row->rate * second;
        put_number(&to, row->tag, row->tag == COUNTER64 ? value : (uint32_t)value);
    }
    put_element(&to, OID, row->oid, row->oid_size);
    put_header(&to, SEQUENCE, to.end);
    row->size = to.end - to.at;
    memcpy(row->binding, to.at, row->size);
}

static Row *offer(const char *oid, byte tag, uint64_t first, uint64_t rate, const char *text) {
    if (row_count % 1024 == 0) rows = realloc(rows, (row_count + 1024) * sizeof *rows);
    Row *row = &rows[row_count++];
    memset(row, 0, sizeof *row);
    row->oid_size = encode_oid(oid, row->oid);
    row->tag = tag;
    row->first = first;
    row->rate = rate;
    snprintf(row->text, sizeof row->text, "%s", text);
    return row;
}

static void offer_at(const char *table, int column, int port, byte tag, uint64_t first, uint64_t rate, const char *text) {
    char oid[64];
    snprintf(oid, sizeof oid, "%s.%d.%d", table, column, port);
    offer(oid, tag, first, rate, text);
}

static void offer_port(int port) {
    static const char IF[] = "1.3.6.1.2.1.2.2.1", IFX[] = "1.3.6.1.2.1.31.1.1.1";
    static const int NUMBERS[][2] = {{3, 6}, {4, 1500}, {7, 1}, {8, 1}};
    static const int COUNTERS[] = {10, 11, 16, 17}, FAULTS[] = {13, 14, 19, 20}, LONG_COUNTERS[] = {6, 7, 10, 11};
    char words[64];
    offer_at(IF, 1, port, INTEGER, port, 0, "");
    snprintf(words, sizeof words, "GigabitEthernet0/%d", port);
    offer_at(IF, 2, port, OCTETS, 0, 0, words);
    for (size_t n = 0; n < sizeof NUMBERS / sizeof *NUMBERS; n++)
        offer_at(IF, NUMBERS[n][0], port, INTEGER, NUMBERS[n][1], 0, "");
    offer_at(IF, 5, port, GAUGE32, 1000000000, 0, "");
    snprintf(words, sizeof words, "\x02\x1b\x21\x7f\x7f%c", port);
    offer_at(IF, 6, port, OCTETS, 0, 0, words);
    offer_at(IF, 9, port, TICKS, 1234, 0, "");
    for (size_t n = 0; n < sizeof COUNTERS / sizeof *COUNTERS; n++)
        offer_at(IF, COUNTERS[n], port, COUNTER32, 3000000000, COUNTERS[n] * port, "");
    for (size_t n = 0; n < sizeof FAULTS / sizeof *FAULTS; n++)
        offer_at(IF, FAULTS[n], port, COUNTER32, 12345, FAULTS[n], "");
    snprintf(words, sizeof words, "Gi0/%d", port);
    offer_at(IFX, 1, port, OCTETS, 0, 0, words);
    for (size_t n = 0; n < sizeof LONG_COUNTERS / sizeof *LONG_COUNTERS; n++)
        offer_at(IFX, LONG_COUNTERS[n], port, COUNTER64, 50000000000000, 10000ull * LONG_COUNTERS[n] * port, "");
    offer_at(IFX, 15, port, GAUGE32, 1000, 0, "");
    snprintf(words, sizeof words, "tầng %d", port);
    offer_at(IFX, 18, port, OCTETS, 0, 0, words);
    offer_at(IFX, 19, port, TICKS, 0, 0, "");
}

static void offer_everything(int ports) {
    offer("1.3.6.1.2.1.1.1.0", OCTETS, 0, 0, "Synthetic switch of the benchmarks, version 1");
    offer("1.3.6.1.2.1.1.2.0", OID, 0, 0, "1.3.6.1.4.1.99999.1");
    offer("1.3.6.1.2.1.1.3.0", TICKS, 100000000, 100, "");
    offer("1.3.6.1.2.1.1.4.0", OCTETS, 0, 0, "noc@example.test");
    offer("1.3.6.1.2.1.1.5.0", OCTETS, 0, 0, "switch");
    offer("1.3.6.1.2.1.1.6.0", OCTETS, 0, 0, "Phòng máy chủ");
    offer("1.3.6.1.2.1.1.7.0", INTEGER, 3, 0, "");
    offer("1.3.6.1.2.1.2.1.0", INTEGER, ports, 0, "");
    for (int port = 1; port <= ports; port++) offer_port(port);
    offer("1.3.6.1.2.1.31.1.5.0", TICKS, 4321, 0, "");
    qsort(rows, row_count, sizeof *rows, compare_rows);
    for (int place = 0; place < row_count; place++) make_binding(&rows[place], 0);
}

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec + at.tv_nsec / 1e9;
}

static double began;

static long uptime(void) { return now() - began; }

static void move(void) {
    static long made;
    long second = uptime();
    if (second == made) return;
    made = second;
    for (int place = 0; place < row_count; place++)
        if (rows[place].rate) make_binding(&rows[place], second);
}

/* The first row whose OID is not before this one; with `beyond` the first that is after it. */
static int find(Span oid, bool beyond) {
    int low = 0, high = row_count;
    while (low < high) {
        int middle = (low + high) / 2;
        int order = compare(rows[middle].oid, rows[middle].oid_size, oid.at, length(oid));
        if (order < 0 || (beyond && order == 0)) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* ---- answering ---- */

typedef struct {
    byte bytes[MESSAGE / 2];
    size_t size;
} Bindings;

static bool add(Bindings *to, const void *bytes, size_t size, size_t most) {
    if (to->size + size > most) return false;
    memcpy(to->bytes + to->size, bytes, size);
    to->size += size;
    return true;
}

static bool add_row(Bindings *to, int place, size_t most) {
    return add(to, rows[place].binding, rows[place].size, most);
}

static bool add_absent(Bindings *to, Span oid, byte why, size_t most) {
    byte room[160];
    Writer made = {room + sizeof room, room + sizeof room};
    put_element(&made, why, "", 0);
    put_element(&made, OID, oid.at, length(oid));
    put_header(&made, SEQUENCE, made.end);
    return add(to, made.at, made.end - made.at, most);
}

static bool add_exactly(Bindings *to, Span oid) {
    int place = find(oid, false);
    bool there = place < row_count && !compare(rows[place].oid, rows[place].oid_size, oid.at, length(oid));
    return there ? add_row(to, place, sizeof to->bytes) : add_absent(to, oid, NO_SUCH_INSTANCE, sizeof to->bytes);
}

static void add_following(Bindings *to, const Span *names, int count, long repetitions) {
    int places[MOST_NAMES];
    for (int n = 0; n < count; n++) places[n] = find(names[n], true);
    for (; repetitions > 0; repetitions--)
        for (int n = 0; n < count; n++) {
            bool room = places[n] < row_count ? add_row(to, places[n]++, MOST_BULK_BYTES)
                                              : add_absent(to, names[n], END_OF_VIEW, MOST_BULK_BYTES);
            if (!room) return;
        }
}

/* Writes the response to a PDU; false for what is no request. Requests with non-repeaters are not known here. */
static bool respond(byte tag, Span pdu, Writer *to) {
    static Bindings made;
    Span id, list, one, names[MOST_NAMES];
    long first, second;
    int count = 0;
    if (!take_as(&pdu, INTEGER, &id) || !take_number(&pdu, &first) || !take_number(&pdu, &second)) return false;
    if (!take_as(&pdu, SEQUENCE, &list)) return false;
    while (count < MOST_NAMES && take_as(&list, SEQUENCE, &one))
        if (!take_as(&one, OID, &names[count]) || length(names[count++]) > 64) return false;
    made.size = 0;
    if (tag == GET) {
        for (int n = 0; n < count; n++)
            if (!add_exactly(&made, names[n])) return false;
    } else if (tag == GET_NEXT || tag == GET_BULK) {
        add_following(&made, names, count, tag == GET_BULK ? second : 1);
    } else {
        return false;
    }
    const byte *end = to->at;
    put(to, made.bytes, made.size);
    put_header(to, SEQUENCE, end);
    put(to, "\x02\x01\x00\x02\x01\x00", 6); /* no error */
    put_element(to, INTEGER, id.at, length(id));
    put_header(to, RESPONSE, end);
    return true;
}

/* ---- v3 ---- */

typedef struct {
    byte id[ENGINE_ID], authentication[SHA256_DIGEST_LENGTH], encryption[SHA256_DIGEST_LENGTH];
} Engine;

typedef struct {
    Span id, engine, user, digest, salt, data;
    long boots, time;
    byte flags;
} Secured;

static byte user_authentication[SHA256_DIGEST_LENGTH], user_encryption[SHA256_DIGEST_LENGTH];

/* RFC 3414 appendix A.2: the digest of the pass phrase repeated up to a megabyte. */
static void key_of(const char *phrase, byte *key) {
    enum { MEGABYTE = 1 << 20 };
    byte *stretched = malloc(MEGABYTE);
    for (size_t at = 0, size = strlen(phrase); at < MEGABYTE; at++) stretched[at] = phrase[at % size];
    SHA256(stretched, MEGABYTE, key);
    free(stretched);
}

static void localise(const byte *key, const byte *engine, byte *localised) {
    byte joined[2 * SHA256_DIGEST_LENGTH + ENGINE_ID];
    memcpy(joined, key, SHA256_DIGEST_LENGTH);
    memcpy(joined + SHA256_DIGEST_LENGTH, engine, ENGINE_ID);
    memcpy(joined + SHA256_DIGEST_LENGTH + ENGINE_ID, key, SHA256_DIGEST_LENGTH);
    SHA256(joined, sizeof joined, localised);
}

/* RFC 3411 section 5, SnmpEngineID: an enterprise with the highest bit set, 1 for IPv4, the address. */
static Engine engine_at(uint32_t address) {
    Engine engine = {.id = {0x80, 0x01, 0x86, 0x9f, 1}};
    memcpy(engine.id + 5, &address, 4);
    localise(user_authentication, engine.id, engine.authentication);
    localise(user_encryption, engine.id, engine.encryption);
    return engine;
}

static void digest(const Engine *engine, const byte *message, size_t size, byte *into) {
    byte whole[SHA256_DIGEST_LENGTH];
    HMAC(EVP_sha256(), engine->authentication, sizeof engine->authentication, message, size, whole, NULL);
    memcpy(into, whole, DIGEST);
}

/* AES-128 in CFB mode; RFC 3826 section 3.1.2.1 for the initialization vector. */
static void conceal(const Engine *engine, bool encrypting, long boots, long time, const byte *salt, byte *bytes, int size) {
    static EVP_CIPHER_CTX *context;
    byte vector[16] = {boots >> 24, boots >> 16, boots >> 8, boots, time >> 24, time >> 16, time >> 8, time};
    memcpy(vector + 8, salt, 8);
    if (!context) context = EVP_CIPHER_CTX_new();
    EVP_CipherInit_ex(context, EVP_aes_128_cfb128(), NULL, engine->encryption, vector, encrypting);
    EVP_CipherUpdate(context, bytes, &size, bytes, size);
}

static bool read_secured(Span body, Secured *into) {
    Span header, outer, security, size, flags, model;
    if (!take_as(&body, SEQUENCE, &header) || !take_as(&body, OCTETS, &outer)) return false;
    if (!take_as(&header, INTEGER, &into->id) || !take_as(&header, INTEGER, &size)) return false;
    if (!take_as(&header, OCTETS, &flags) || length(flags) != 1 || !take_as(&header, INTEGER, &model)) return false;
    into->flags = *flags.at;
    if (!take_as(&outer, SEQUENCE, &security) || !take_as(&security, OCTETS, &into->engine)) return false;
    if (!take_number(&security, &into->boots) || !take_number(&security, &into->time)) return false;
    if (!take_as(&security, OCTETS, &into->user) || !take_as(&security, OCTETS, &into->digest)) return false;
    into->data = body;
    return take_as(&security, OCTETS, &into->salt);
}

/* Wraps a scoped PDU, which stands in `to`, into a message with this level of security. */
static void wrap(const Engine *engine, const Secured *asked, byte flags, Writer *to) {
    static uint64_t salt;
    static const byte ZEROS[DIGEST];
    const byte *end = to->end;
    long seconds = uptime();
    bool secured = flags & AUTHENTICATED, encrypted = flags & ENCRYPTED;
    if (encrypted) {
        salt++;
        conceal(engine, true, BOOTS, seconds, (byte *)&salt, to->at, end - to->at);
        put_header(to, OCTETS, end);
    }
    const byte *security = to->at;
    put_element(to, OCTETS, &salt, encrypted ? sizeof salt : 0);
    byte *mark = to->at;
    put_element(to, OCTETS, ZEROS, secured ? DIGEST : 0);
    put_element(to, OCTETS, asked->user.at, length(asked->user));
    put_number(to, INTEGER, seconds);
    put_number(to, INTEGER, BOOTS);
    put_element(to, OCTETS, engine->id, ENGINE_ID);
    put_header(to, SEQUENCE, security);
    put_header(to, OCTETS, security);
    const byte *header = to->at;
    put_number(to, INTEGER, 3);
    put_element(to, OCTETS, &flags, 1);
    put_number(to, INTEGER, 65507);
    put_element(to, INTEGER, asked->id.at, length(asked->id));
    put_header(to, SEQUENCE, header);
    put_number(to, INTEGER, 3);
    put_header(to, SEQUENCE, end);
    if (secured) digest(engine, to->at, end - to->at, mark - DIGEST);
}

static void scope(const Engine *engine, Writer *to) {
    put_element(to, OCTETS, "", 0);
    put_element(to, OCTETS, engine->id, ENGINE_ID);
    put_header(to, SEQUENCE, to->end);
}

/* A Report names one of the usmStats of RFC 3414 section 5. */
static bool report(const Engine *engine, const Secured *asked, int statistic, byte flags, Writer *to) {
    static uint32_t count;
    char oid[64];
    byte encoded[24];
    if (!(asked->flags & REPORTABLE)) return false;
    snprintf(oid, sizeof oid, "1.3.6.1.6.3.15.1.1.%d.0", statistic);
    put_number(to, COUNTER32, ++count);
    put_element(to, OID, encoded, encode_oid(oid, encoded));
    put_header(to, SEQUENCE, to->end);
    put_header(to, SEQUENCE, to->end);
    put(to, "\x02\x01\x00\x02\x01\x00\x02\x01\x00", 9);
    put_header(to, REPORT, to->end);
    scope(engine, to);
    wrap(engine, asked, flags, to);
    return true;
}

static bool authentic(const Engine *engine, const Secured *asked, byte *message, size_t size) {
    byte given[DIGEST], computed[DIGEST];
    if (length(asked->digest) != DIGEST) return false;
    byte *place = message + (asked->digest.at - message);
    memcpy(given, place, DIGEST);
    memset(place, 0, DIGEST);
    digest(engine, message, size, computed);
    return !memcmp(given, computed, DIGEST);
}

static bool answer_secured(byte *message, size_t size, Span body, uint32_t address, Writer *to) {
    enum { NOT_IN_WINDOW = 2, UNKNOWN_USER = 3, UNKNOWN_ENGINE = 4, WRONG_DIGEST = 5 };
    Engine engine = engine_at(address);
    Secured asked;
    Span data, scoped, pdu, context;
    byte tag;
    if (!read_secured(body, &asked)) return false;
    if (length(asked.engine) != ENGINE_ID || memcmp(asked.engine.at, engine.id, ENGINE_ID))
        return report(&engine, &asked, UNKNOWN_ENGINE, 0, to);
    if (length(asked.user) != strlen(USER) || memcmp(asked.user.at, USER, strlen(USER)) || !(asked.flags & AUTHENTICATED))
        return report(&engine, &asked, UNKNOWN_USER, 0, to);
    if (!authentic(&engine, &asked, message, size)) return report(&engine, &asked, WRONG_DIGEST, 0, to);
    if (asked.boots != BOOTS || labs(asked.time - uptime()) > WINDOW_SECONDS)
        return report(&engine, &asked, NOT_IN_WINDOW, AUTHENTICATED, to);
    data = asked.data;
    if (asked.flags & ENCRYPTED) {
        Span hidden;
        if (!take_as(&data, OCTETS, &hidden) || length(asked.salt) != 8) return false;
        conceal(&engine, false, asked.boots, asked.time, asked.salt.at, message + (hidden.at - message), length(hidden));
        data = hidden;
    }
    if (!take_as(&data, SEQUENCE, &scoped) || !take_as(&scoped, OCTETS, &context)) return false;
    if (!take_as(&scoped, OCTETS, &context) || !take(&scoped, &tag, &pdu)) return false;
    if (!respond(tag, pdu, to)) return false;
    scope(&engine, to);
    wrap(&engine, &asked, asked.flags & (AUTHENTICATED | ENCRYPTED), to);
    return true;
}

/* Writes the answer to a message sent to this address; false for what is not answered. */
static bool answer(byte *message, size_t size, uint32_t address, Writer *to) {
    Span whole = {message, message + size}, body, community, pdu;
    long version;
    byte tag;
    if (!take_as(&whole, SEQUENCE, &body) || !take_number(&body, &version)) return false;
    if (version == 3) return answer_secured(message, size, body, address, to);
    if (version != 1 || !take_as(&body, OCTETS, &community) || length(community) != strlen(COMMUNITY)) return false;
    if (memcmp(community.at, COMMUNITY, strlen(COMMUNITY)) || !take(&body, &tag, &pdu)) return false;
    if (!respond(tag, pdu, to)) return false;
    put_element(to, OCTETS, COMMUNITY, strlen(COMMUNITY));
    put_number(to, INTEGER, 1);
    put_header(to, SEQUENCE, to->end);
    return true;
}

/* ---- the socket ---- */

typedef struct {
    struct sockaddr_in peer;
    struct in_addr local;
    byte room[MESSAGE];
    byte *at;
    size_t size;
    double due;
} Packet;

typedef union {
    char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
    struct cmsghdr aligned;
} Control;

static Packet *waiting; /* a ring of answers that are held back */
static unsigned first_waiting, last_waiting;
static Packet flooding, babbling;

static void send_packets(int opened, Packet **packets, int count) {
    static struct mmsghdr headers[AT_ONCE];
    static struct iovec parts[AT_ONCE];
    static Control controls[AT_ONCE];
    for (int n = 0; n < count; n++) {
        struct msghdr *header = &headers[n].msg_hdr;
        parts[n] = (struct iovec){packets[n]->at, packets[n]->size};
        *header = (struct msghdr){.msg_name = &packets[n]->peer,
                                  .msg_namelen = sizeof packets[n]->peer,
                                  .msg_iov = &parts[n],
                                  .msg_iovlen = 1,
                                  .msg_control = controls[n].bytes,
                                  .msg_controllen = sizeof controls[n]};
        struct cmsghdr *control = CMSG_FIRSTHDR(header);
        struct in_pktinfo from = {.ipi_spec_dst = packets[n]->local};
        control->cmsg_level = IPPROTO_IP;
        control->cmsg_type = IP_PKTINFO;
        control->cmsg_len = CMSG_LEN(sizeof from);
        memcpy(CMSG_DATA(control), &from, sizeof from);
    }
    for (int sent = 0; sent < count;) {
        int done = sendmmsg(opened, headers + sent, count - sent, 0);
        sent += done > 0 ? done : 1; /* what cannot be sent is lost, as on a network */
    }
}

static void copy(Packet *to, const Packet *from) {
    *to = *from;
    to->at = to->room + (from->at - from->room);
}

/* Whether the answer is to be sent now. */
static bool behave(const Packet *packet) {
    switch (ntohl(packet->local.s_addr) >> 16 & 0xff) {
    case SILENT: return false;
    case FLOODING: copy(&flooding, packet); return true;
    case BABBLING: copy(&babbling, packet); return true;
    case SLOW:
        if (last_waiting - first_waiting < WAITING) {
            Packet *kept = &waiting[last_waiting++ % WAITING];
            copy(kept, packet);
            kept->due = now() + SLOW_MS / 1000.0;
        }
        return false;
    default: return true;
    }
}

static void tick(int opened) {
    Packet *one, *copies[FLOOD_A_TICK];
    while (first_waiting != last_waiting && (one = &waiting[first_waiting % WAITING])->due <= now()) {
        send_packets(opened, &one, 1);
        first_waiting++;
    }
    if (flooding.size) {
        for (int n = 0; n < FLOOD_A_TICK; n++) copies[n] = &flooding;
        send_packets(opened, copies, FLOOD_A_TICK);
    }
    if (babbling.size) {
        babbling.at = babbling.room;
        babbling.size = GARBAGE_A_TICK;
        for (int n = 0; n < GARBAGE_A_TICK; n++) babbling.room[n] = random();
        one = &babbling;
        send_packets(opened, &one, 1);
    }
}

static int open_socket(void) {
    int opened = socket(AF_INET, SOCK_DGRAM, 0), on = 1, buffer = 32 << 20;
    struct sockaddr_in any = {.sin_family = AF_INET};
    socklen_t size = sizeof any;
    if (opened < 0 || setsockopt(opened, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3)) return -1;
    if (setsockopt(opened, IPPROTO_IP, IP_PKTINFO, &on, sizeof on)) return -1;
    if (setsockopt(opened, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer))
        setsockopt(opened, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (setsockopt(opened, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer))
        setsockopt(opened, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    if (bind(opened, (struct sockaddr *)&any, sizeof any) || getsockname(opened, (struct sockaddr *)&any, &size))
        return -1;
    printf("%d\n", ntohs(any.sin_port));
    fflush(stdout);
    return opened;
}

static void serve(int opened) {
    static struct mmsghdr headers[AT_ONCE];
    static struct iovec parts[AT_ONCE];
    static Control controls[AT_ONCE];
    static byte asked[AT_ONCE][2048];
    static Packet answers[AT_ONCE];
    Packet *ready[AT_ONCE];
    for (int n = 0; n < AT_ONCE; n++) {
        parts[n] = (struct iovec){asked[n], sizeof asked[n]};
        headers[n].msg_hdr = (struct msghdr){.msg_name = &answers[n].peer,
                                             .msg_namelen = sizeof answers[n].peer,
                                             .msg_iov = &parts[n],
                                             .msg_iovlen = 1,
                                             .msg_control = controls[n].bytes,
                                             .msg_controllen = sizeof controls[n]};
    }
    int received = recvmmsg(opened, headers, AT_ONCE, MSG_DONTWAIT, NULL), count = 0;
    move();
    for (int n = 0; n < received; n++) {
        struct in_pktinfo to;
        Packet *packet = &answers[n];
        Writer writer = {packet->room + MESSAGE, packet->room + MESSAGE};
        memcpy(&to, CMSG_DATA(CMSG_FIRSTHDR(&headers[n].msg_hdr)), sizeof to);
        packet->local = to.ipi_addr;
        if (!answer(asked[n], headers[n].msg_len, to.ipi_addr.s_addr, &writer)) continue;
        packet->at = writer.at;
        packet->size = writer.end - writer.at;
        if (behave(packet)) ready[count++] = packet;
    }
    if (count) send_packets(opened, ready, count);
}

int main(int count, char **words) {
    int ports = count == 2 ? atoi(words[1]) : 0;
    if (ports < 1 || ports > 126) {
        fprintf(stderr, "usage: farm PORTS (1 to 126)\n");
        return 2;
    }
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    began = now();
    waiting = calloc(WAITING, sizeof *waiting);
    key_of(AUTHENTICATION, user_authentication);
    key_of(ENCRYPTION, user_encryption);
    offer_everything(ports);
    int opened = open_socket();
    if (opened < 0) {
        perror("farm");
        return 1;
    }
    for (double last = 0;;) {
        bool ticking = flooding.size || babbling.size || first_waiting != last_waiting;
        struct pollfd wait = {opened, POLLIN, 0};
        if (poll(&wait, 1, ticking ? TICK_MS : 1000) > 0) serve(opened);
        if (ticking && now() - last >= TICK_MS / 1000.0) {
            last = now();
            tick(opened);
        }
    }
}
