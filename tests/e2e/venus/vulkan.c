/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a guest does with Vulkan: vulkan check|bench|for-ever. It clears an image and reads it back
 * through memory that it has mapped, and runs a compute job (job.comp) over a buffer, each word
 * looked at. Built with the Debian that the guest is; "for-ever" goes on until something fails.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <vulkan/vulkan.h>

#define SIZE  256u /* of the image */
#define WORDS (1u << 20)

static const uint32_t job_code[] = {
#include "job.inc"
};

struct vulkan {
    VkInstance instance;
    VkPhysicalDevice adapter;
    VkDevice device;
    VkQueue queue;
    uint32_t family;
    VkCommandPool pool;
    VkCommandBuffer commands;
    VkFence fence;
    VkBuffer buffer;
    VkDeviceMemory memory, image_memory;
    uint32_t *words;
    VkImage image;
    VkPipelineLayout layout;
    VkPipeline pipeline;
    VkDescriptorSet set;
};

static void die(const char *what, VkResult result)
{
    printf("VULKAN-ERROR %s %d%s\n", what, result,
           result == VK_ERROR_DEVICE_LOST ? " device lost" : "");
    fflush(stdout);
    exit(1);
}

#define TRY(call)                                                                                  \
    do {                                                                                           \
        VkResult result_ = (call);                                                                 \
        if (result_ != VK_SUCCESS)                                                                 \
            die(#call, result_);                                                                   \
    } while (0)

static void open_device(struct vulkan *vk)
{
    const float priority = 1;
    VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                             .apiVersion = VK_API_VERSION_1_1};
    VkInstanceCreateInfo instance = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                     .pApplicationInfo = &app};
    VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                     .queueCount = 1,
                                     .pQueuePriorities = &priority};
    VkDeviceCreateInfo device = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                 .queueCreateInfoCount = 1,
                                 .pQueueCreateInfos = &queue};
    VkPhysicalDevice adapters[8];
    VkPhysicalDeviceProperties properties;
    uint32_t count = 8;

    TRY(vkCreateInstance(&instance, NULL, &vk->instance));
    TRY(vkEnumeratePhysicalDevices(vk->instance, &count, adapters));
    for (uint32_t i = 0; i < count; i++) {
        vkGetPhysicalDeviceProperties(adapters[i], &properties);
        if (strstr(properties.deviceName, "Venus") != NULL) {
            vk->adapter = adapters[i];
            printf("VULKAN-DEVICE %s\n", properties.deviceName);
        }
    }
    if (vk->adapter == NULL)
        die("no Venus", VK_SUCCESS);
    TRY(vkCreateDevice(vk->adapter, &device, NULL, &vk->device));
    vkGetDeviceQueue(vk->device, 0, 0, &vk->queue);
}

static uint32_t find_memory(const struct vulkan *vk, uint32_t types, VkMemoryPropertyFlags wanted)
{
    VkPhysicalDeviceMemoryProperties memory;

    vkGetPhysicalDeviceMemoryProperties(vk->adapter, &memory);
    for (uint32_t i = 0; i < memory.memoryTypeCount; i++)
        if ((types & 1u << i) && (memory.memoryTypes[i].propertyFlags & wanted) == wanted)
            return i;
    die("no such memory", VK_SUCCESS);
    return 0;
}

static void make_buffer(struct vulkan *vk)
{
    VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                               .size = WORDS * 4,
                               .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
                                        VK_BUFFER_USAGE_TRANSFER_DST_BIT};
    VkMemoryAllocateInfo room = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
    VkMemoryRequirements needs;
    void *mapped;

    TRY(vkCreateBuffer(vk->device, &info, NULL, &vk->buffer));
    vkGetBufferMemoryRequirements(vk->device, vk->buffer, &needs);
    room.allocationSize = needs.size;
    room.memoryTypeIndex =
        find_memory(vk, needs.memoryTypeBits,
                    VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
    TRY(vkAllocateMemory(vk->device, &room, NULL, &vk->memory));
    TRY(vkBindBufferMemory(vk->device, vk->buffer, vk->memory, 0));
    TRY(vkMapMemory(vk->device, vk->memory, 0, VK_WHOLE_SIZE, 0, &mapped));
    vk->words = mapped;
}

static void make_image(struct vulkan *vk)
{
    VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                              .imageType = VK_IMAGE_TYPE_2D,
                              .format = VK_FORMAT_R8G8B8A8_UNORM,
                              .extent = {SIZE, SIZE, 1},
                              .mipLevels = 1,
                              .arrayLayers = 1,
                              .samples = VK_SAMPLE_COUNT_1_BIT,
                              .usage = VK_IMAGE_USAGE_TRANSFER_SRC_BIT |
                                       VK_IMAGE_USAGE_TRANSFER_DST_BIT};
    VkMemoryAllocateInfo room = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
    VkMemoryRequirements needs;

    TRY(vkCreateImage(vk->device, &info, NULL, &vk->image));
    vkGetImageMemoryRequirements(vk->device, vk->image, &needs);
    room.allocationSize = needs.size;
    room.memoryTypeIndex = find_memory(vk, needs.memoryTypeBits, 0);
    TRY(vkAllocateMemory(vk->device, &room, NULL, &vk->image_memory));
    TRY(vkBindImageMemory(vk->device, vk->image, vk->image_memory, 0));
}

static void make_job(struct vulkan *vk)
{
    VkDescriptorSetLayoutBinding binding = {.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                            .descriptorCount = 1,
                                            .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT};
    VkDescriptorSetLayoutCreateInfo sets = {.sType =
                                                VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
                                            .bindingCount = 1,
                                            .pBindings = &binding};
    VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1};
    VkDescriptorPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                       .maxSets = 1,
                                       .poolSizeCount = 1,
                                       .pPoolSizes = &size};
    VkShaderModuleCreateInfo code = {.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
                                     .codeSize = sizeof(job_code),
                                     .pCode = job_code};
    VkPipelineLayoutCreateInfo layout = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                         .setLayoutCount = 1};
    VkComputePipelineCreateInfo pipeline = {
        .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
        .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                  .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                  .pName = "main"}};
    VkDescriptorSetAllocateInfo set = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                       .descriptorSetCount = 1};
    VkDescriptorBufferInfo all = {vk->buffer, 0, VK_WHOLE_SIZE};
    VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                  .descriptorCount = 1,
                                  .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                  .pBufferInfo = &all};
    VkDescriptorSetLayout set_layout;

    TRY(vkCreateDescriptorSetLayout(vk->device, &sets, NULL, &set_layout));
    layout.pSetLayouts = set.pSetLayouts = &set_layout;
    TRY(vkCreatePipelineLayout(vk->device, &layout, NULL, &vk->layout));
    TRY(vkCreateShaderModule(vk->device, &code, NULL, &pipeline.stage.module));
    pipeline.layout = vk->layout;
    TRY(vkCreateComputePipelines(vk->device, VK_NULL_HANDLE, 1, &pipeline, NULL, &vk->pipeline));
    TRY(vkCreateDescriptorPool(vk->device, &pool, NULL, &set.descriptorPool));
    TRY(vkAllocateDescriptorSets(vk->device, &set, &vk->set));
    write.dstSet = vk->set;
    vkUpdateDescriptorSets(vk->device, 1, &write, 0, NULL);
}

static void make_commands(struct vulkan *vk)
{
    VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                    .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT};
    VkCommandBufferAllocateInfo commands = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                            .commandBufferCount = 1};
    VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};

    TRY(vkCreateCommandPool(vk->device, &pool, NULL, &vk->pool));
    commands.commandPool = vk->pool;
    TRY(vkAllocateCommandBuffers(vk->device, &commands, &vk->commands));
    TRY(vkCreateFence(vk->device, &fence, NULL, &vk->fence));
}

/* ---- work ---- */

static void begin(struct vulkan *vk)
{
    VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};

    TRY(vkBeginCommandBuffer(vk->commands, &info));
}

static void run(struct vulkan *vk)
{
    VkMemoryBarrier seen = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                            .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
                            .dstAccessMask = VK_ACCESS_HOST_READ_BIT};
    VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                           .commandBufferCount = 1,
                           .pCommandBuffers = &vk->commands};

    vkCmdPipelineBarrier(vk->commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
                         VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &seen, 0, NULL, 0, NULL);
    TRY(vkEndCommandBuffer(vk->commands));
    TRY(vkQueueSubmit(vk->queue, 1, &submit, vk->fence));
    TRY(vkWaitForFences(vk->device, 1, &vk->fence, VK_TRUE, 20000000000ull));
    TRY(vkResetFences(vk->device, 1, &vk->fence));
}

static void turn_image(struct vulkan *vk, VkImageLayout from, VkImageLayout to)
{
    VkImageMemoryBarrier turn = {.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
                                 .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
                                 .dstAccessMask =
                                     VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
                                 .oldLayout = from,
                                 .newLayout = to,
                                 .image = vk->image,
                                 .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1}};

    vkCmdPipelineBarrier(vk->commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
                         VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, NULL, 0, NULL, 1, &turn);
}

static void clear_and_read(struct vulkan *vk, unsigned turn)
{
    const unsigned red = turn & 255, green = (turn * 7 + 3) & 255;
    const VkClearColorValue color = {{(float)red / 255, (float)green / 255, 0, 1}};
    const VkImageSubresourceRange all = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
    const VkBufferImageCopy copy = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
                                    .imageExtent = {SIZE, SIZE, 1}};
    const uint32_t wanted = 0xff000000u | green << 8 | red;

    memset(vk->words, 0x55, SIZE * SIZE * 4);
    begin(vk);
    turn_image(vk, VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
    vkCmdClearColorImage(vk->commands, vk->image, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, &color, 1,
                         &all);
    turn_image(vk, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL);
    vkCmdCopyImageToBuffer(vk->commands, vk->image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                           vk->buffer, 1, &copy);
    run(vk);
    for (unsigned i = 0; i < SIZE * SIZE; i++)
        if (vk->words[i] != wanted) {
            printf("VULKAN-WRONG pixel %u is %08x, not %08x\n", i, vk->words[i], wanted);
            exit(1);
        }
}

static void compute(struct vulkan *vk)
{
    memset(vk->words, 0x55, WORDS * 4);
    begin(vk);
    vkCmdBindPipeline(vk->commands, VK_PIPELINE_BIND_POINT_COMPUTE, vk->pipeline);
    vkCmdBindDescriptorSets(vk->commands, VK_PIPELINE_BIND_POINT_COMPUTE, vk->layout, 0, 1,
                            &vk->set, 0, NULL);
    vkCmdDispatch(vk->commands, WORDS / 64, 1, 1);
    run(vk);
    for (uint32_t i = 0; i < WORDS; i++)
        if (vk->words[i] != (i * 2654435761u ^ i >> 7)) {
            printf("VULKAN-WRONG word %u is %08x\n", i, vk->words[i]);
            exit(1);
        }
}

static double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void bench(struct vulkan *vk)
{
    double start = now(), seconds;
    unsigned done;

    for (done = 0; now() - start < 10; done++)
        clear_and_read(vk, done);
    seconds = now() - start;
    printf("VULKAN-CLEARS %.2f\n", done / seconds);
    start = now();
    for (done = 0; now() - start < 10; done++)
        compute(vk);
    seconds = now() - start;
    printf("VULKAN-JOBS %.2f\n", done / seconds);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "check";
    struct vulkan vk = {0};

    setvbuf(stdout, NULL, _IOLBF, 0);
    open_device(&vk);
    make_buffer(&vk);
    make_image(&vk);
    make_job(&vk);
    make_commands(&vk);
    clear_and_read(&vk, 1);
    compute(&vk);
    printf("VULKAN-EXACT\n");
    if (strcmp(what, "bench") == 0)
        bench(&vk);
    for (unsigned turn = 0; strcmp(what, "for-ever") == 0; turn++) {
        clear_and_read(&vk, turn);
        compute(&vk);
        if (turn == 2)
            printf("VULKAN-GOES-ON\n");
    }
    printf("VULKAN-%s\n", "DONE");
    return 0;
}
