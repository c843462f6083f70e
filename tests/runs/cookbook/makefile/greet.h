#define GREETING 0
